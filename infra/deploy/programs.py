"""The programs that a deployment runs: each call is shown before it is made; a dry run only shows."""

import shlex
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]


class Stopped(Exception):
    """A deployment that cannot go on: what happened, and what to do."""

    def __init__(self, what: str, hint: str) -> None:
        super().__init__(f"{what}\n  What to do: {hint}")
        self.what = what
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Programs:
    """Runs programs in the project's folder. In a dry run nothing is run and every question stays unanswered."""

    dry_run: bool = False
    shown: list[str] = field(default_factory=list)

    def run(self, command: Sequence[str], *, hint: str, secret: bytes | None = None) -> None:
        """Run it and show what it says; `secret` goes to its input, unseen. Raises Stopped with the hint when it fails."""
        self._show(command, secret)
        if self.dry_run:
            return
        given: dict[str, bytes | int] = {"stdin": subprocess.DEVNULL} if secret is None else {"input": secret}
        try:
            code = subprocess.run(command, cwd=ROOT, check=False, **given).returncode  # type: ignore[call-overload]
        except FileNotFoundError:
            raise Stopped(f"The program {command[0]} is not installed.", hint) from None
        if code != 0:
            raise Stopped(f"{command[0]} ended with {code}: {shlex.join(command)}", hint)

    def ask(self, command: Sequence[str]) -> str | None:
        """What it answers, without the white space around; None when it fails, is missing, or in a dry run."""
        self._show(command, None)
        if self.dry_run:
            return None
        try:
            done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, stdin=subprocess.DEVNULL)
        except FileNotFoundError:
            return None
        return done.stdout.decode(errors="replace").strip() if done.returncode == 0 else None

    def need(self, command: Sequence[str], *, hint: str) -> str:
        """What it answers; raises Stopped with the hint when it fails. Nothing in a dry run."""
        answer = self.ask(command)
        if answer is None and not self.dry_run:
            raise Stopped(f"{command[0]} gave no answer: {shlex.join(command)}", hint)
        return answer or ""

    def _show(self, command: Sequence[str], secret: bytes | None) -> None:
        line = f"  $ {shlex.join(command)}{'  < (a secret)' if secret is not None else ''}"
        self.shown.append(line)
        print(line, flush=True)
