"""What is said of members, and what may be changed of them."""

from datetime import datetime
from typing import Annotated, Any
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field, SecretStr, StringConstraints, field_validator
from pydantic.json_schema import SkipJsonSchema

from shared.domain.modes import Role
from shared.domain.requests import Changes, Strict
from shared.domain.rows import MAX_METADATA_KEYS, Cell, Name
from shared.domain.texts import Visible

MAX_EMAIL = 254
MAX_TOKEN = 200
MAX_PREFERENCES_BYTES = 4 * 1024

PersonName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), Visible]
# Shorter ones are guessed: NIST SP 800-63B, 3.1.1.2.
Password = Annotated[SecretStr, Field(min_length=8, max_length=1_000)]


def _email(text: str) -> str:
    name, _, host = text.partition("@")
    # What is not seen (a zero width, a turn of the writing) would let an address pass for somebody else's.
    if not (name and host and text.isprintable()) or any(character.isspace() for character in text):
        raise ValueError("Give a whole e-mail address, such as ada@example.com.")
    return text


def _small(value: dict[str, Any]) -> dict[str, Any]:
    size = sum(len(f"{name}{cell}".encode()) for name, cell in value.items())
    if size > MAX_PREFERENCES_BYTES:
        raise ValueError(f"These have {size:,} bytes; at most {MAX_PREFERENCES_BYTES:,} are kept.")
    return value


Email = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=3, max_length=MAX_EMAIL), Visible, AfterValidator(_email)
]
Preferences = Annotated[dict[Name, Cell], Field(max_length=MAX_METADATA_KEYS), AfterValidator(_small)]


class MemberInvite(Strict):
    """A person who is asked to join."""

    email: Email
    name: PersonName
    role: Role = Role.EDITOR


class MemberUpdate(Changes):
    """What is to be different of a member; fields that are left out stay. A disabled member cannot come in."""

    name: PersonName | SkipJsonSchema[None] = None
    role: Role | SkipJsonSchema[None] = None
    disabled: bool | SkipJsonSchema[None] = None


class MembersNamed(Strict):
    """Members whose names are wanted."""

    ids: Annotated[tuple[Annotated[str, StringConstraints(max_length=64)], ...], Field(min_length=1, max_length=100)]


class SelfUpdate(Changes):
    """What people change of themselves; `preferences` replace what was kept before, whole."""

    name: PersonName | SkipJsonSchema[None] = None
    preferences: Preferences | SkipJsonSchema[None] = None


class InvitationLook(Strict):
    """The token of an invitation."""

    token: Annotated[SecretStr, Field(min_length=1, max_length=MAX_TOKEN)]


class InvitationAccept(InvitationLook):
    """The token of an invitation and the password that its owner chose."""

    password: Password


class PasswordChange(Strict):
    """The password until now and the one from now on."""

    current: Annotated[SecretStr, Field(min_length=1, max_length=1_000)]
    password: Password


class OrganisationUpdate(Changes):
    """What is to be different of the organisation; fields that are left out stay."""

    name: PersonName | SkipJsonSchema[None] = None
    time_zone: (
        Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64)] | SkipJsonSchema[None]
    ) = None

    @field_validator("time_zone")
    @classmethod
    def _is_known(cls, value: str | None) -> str | None:
        # A name of a place, or UTC: a machine's database also has names like `localtime`.
        if value is not None and not (value == "UTC" or ("/" in value and value in available_timezones())):
            raise ValueError("There is no such time zone: give one like Europe/Berlin or UTC.")
        return value


def whole_seconds(moment: datetime) -> datetime:
    """The second in which a moment lies: tokens know when they were signed in no finer."""
    return moment.replace(microsecond=0)
