"""All tests, in two processes beside each other: `python -m tests`.

One computes in its own threads and is measured; it is told as it goes. The other one mostly waits, for browsers, for platforms that
it starts and kills, for npm; it is told when both have ended. Each has emulators and folders of its own.
"""

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryFile

ROOT = Path(__file__).parents[1]
# Whatever is not named here computes.
WAITING = ("tests/browser", "tests/deploy", "tests/docs", "tests/faults", "tests/local", "tests/web")
MEASURED = ("--cov", "--cov-report=term", "--cov-report=json:.coverage.json")
PYTEST = (sys.executable, "-m", "pytest")


def main() -> int:
    """Run both to their ends; 0 when all tests of both have passed and enough was covered."""
    with TemporaryFile() as told:
        command = [*PYTEST, "-p", "no:cacheprovider", *WAITING]
        waiting = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=told, stderr=subprocess.STDOUT)
        try:
            ignored = [f"--ignore={folder}" for folder in WAITING]
            computed = subprocess.call([*PYTEST, "tests", *ignored, *MEASURED], cwd=ROOT)
            waited = waiting.wait()
        finally:
            # Both hear of Control-C; what is left of this one has platforms and emulators to end.
            waiting.wait()
            told.seek(0)
            sys.stdout.write(f"\nBeside it, in {', '.join(WAITING)}:\n\n{told.read().decode(errors='replace')}")
    for name, code in (("Tests that compute", computed), ("Tests that wait", waited)):
        sys.stdout.write(f"{name}: {'passed' if code == 0 else f'failed (pytest ended with {code})'}\n")
    return 1 if computed or waited else 0


if __name__ == "__main__":
    sys.exit(main())
