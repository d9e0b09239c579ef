"""The `fanfold` command: rows in, finished images out."""

from typing import Any

import typer
from typer.core import TyperGroup

from client.commands import accounts, batches, edits, letters, limits, monitors, runs
from client.errors import ClientError, ProblemError
from client.sessions import Session


class Commands(TyperGroup):
    """Ends every refusal with a sentence and an exit code, never with a traceback."""

    def invoke(self, ctx: Any) -> Any:
        """Run the subcommand."""
        try:
            return super().invoke(ctx)
        except ClientError as error:
            session = ctx.obj if isinstance(ctx.obj, Session) else Session()
            session.screen.fail(str(error), error.advice if isinstance(error, ProblemError) else "")
            raise typer.Exit(error.exit_code) from None


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
    rich_markup_mode="rich",
    help="Rows in, finished images out.",
    epilog="Exit codes: 0 completed · 1 failed or error · 2 wrong use · 3 completed with failures · 4 cancelled · "
    "130 interrupted. FANFOLD_URL and FANFOLD_API_KEY say where and as whom.",
)


@app.callback()
def prepare(ctx: typer.Context) -> None:
    """Rows in, finished images out."""
    ctx.obj = ctx.obj or Session()


for command in (
    runs.run, runs.estimate,
    batches.batches, batches.watch, batches.items, batches.download,
    batches.pause, batches.resume, batches.cancel, batches.retry, batches.budget, batches.promote,
    edits.edit,
    letters.letters, letters.requeue, letters.discard,
    accounts.models, accounts.usage, limits.credits_, monitors.monitor,
):  # fmt: skip
    # An amount below zero is an amount that is refused with a reason, not an option that nobody knows.
    name = command.__name__.rstrip("_")
    app.command(name, context_settings={"ignore_unknown_options": command is batches.budget})(command)
app.add_typer(limits.app, name="limits")


def run() -> None:
    """The console entry."""
    app()
