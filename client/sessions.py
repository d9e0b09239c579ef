"""What every command needs: the settings, a client, a screen, a clock."""

import sys
from dataclasses import dataclass, field, fields

from rich.prompt import Confirm

from client.api import Client
from client.clocks import Clock, SystemClock
from client.errors import ClientError
from client.rows import Limits
from client.settings import from_environment
from client.views.screens import Screen


@dataclass
class Session:
    """One run of the command."""

    clock: Clock = field(default_factory=SystemClock)
    screen: Screen = field(default_factory=Screen)

    def client(self) -> Client:
        """A client by the settings of the environment; raises WrongUse when they are missing."""
        settings = from_environment()
        return Client(settings.url, settings.api_key, clock=self.clock)

    @property
    def can_ask(self) -> bool:
        """Whether a person is there to answer a question."""
        return sys.stdin.isatty() and self.screen.messages.is_terminal

    def ask(self, question: str) -> bool:
        """A person's yes or no, asked and answered away from stdout; no when the input ends."""
        try:
            return Confirm.ask(question, console=self.screen.messages, default=True)
        except EOFError:
            return False


def limits_of(client: Client) -> Limits:
    """The server's limits; the usual ones when it does not tell (that it does not answer shows soon enough)."""
    try:
        told = client.configuration().limits
    except ClientError:
        return Limits()
    known = {limit.name for limit in fields(Limits)}
    return Limits(**{name: value for name, value in told.items() if name in known})
