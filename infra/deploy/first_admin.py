"""Makes the first organisation, its admin and the smoke test's key: `python -m infra.deploy.first_admin < FILE`.

Reads a JSON object from standard input, so that no secret is ever an argument:
`{"organisation": …, "email": …, "password": …, "api_key": "ff_…", "smoke_key": "ff_…", "settings": {"FANFOLD_STACK": "google", …}}`.
Settings that are not given come from the environment. Whatever exists already stays as it is, so that it may run again.
"""

import json
import sys
from typing import Any

from pydantic import ValidationError

from shared.config import Settings, settings
from shared.container import Container
from shared.domain.errors import FanfoldError, GuardRefused
from shared.domain.keys import KeyCreate
from shared.domain.modes import Role
from shared.repositories.keys import create_key
from shared.services.keys import new_key
from shared.services.organisations import Begun, OrganisationCreate

SMOKE_KEY = "Smoke test"
_PREFIX = "FANFOLD_"


def make(container: Container, asked: dict[str, Any]) -> Begun:
    """The first organisation, found or made, with the smoke test's key in force; raises KeyError for what is missing."""
    begun = container.library.organisations.bootstrap(
        OrganisationCreate(
            name=asked["organisation"],
            email=asked["email"],
            member_name=asked.get("name", "Admin"),
            password=asked["password"],
            key=asked["api_key"],
        )
    )
    key = new_key(
        container.ids,
        KeyCreate(name=SMOKE_KEY, role=Role.EDITOR),
        asked["smoke_key"],
        member=begun.member.id,
        now=container.clock.now(),
    )
    try:
        container.stack.documents.commit(create_key(begun.organisation.id, key, asked["smoke_key"]))
    except GuardRefused:
        # It is in force since an earlier run.
        return begun
    return begun


def main(text: str) -> int:
    """Do what the JSON says; 1 with a sentence when it cannot be done."""
    try:
        asked = json.loads(text)
        given = {name.removeprefix(_PREFIX).lower(): value for name, value in asked.get("settings", {}).items()}
        container = Container(Settings(**given) if given else settings())
    except (ValueError, AttributeError, ValidationError, FanfoldError) as wrong:
        print(f"The first organisation cannot be made: {_told(wrong)}", file=sys.stderr)
        return 1
    try:
        begun = make(container, asked)
    except KeyError as missing:
        print(f"The first organisation cannot be made: {missing} is not given.", file=sys.stderr)
        return 1
    except FanfoldError as error:
        print(f"The first organisation cannot be made: {error.detail}", file=sys.stderr)
        return 1
    finally:
        container.close()
    made = "made" if begun.key else "exists already"
    print(f"Organisation {begun.organisation.name} ({begun.organisation.id}), admin {begun.member.email}: {made}.")
    return 0


def _told(wrong: Exception) -> str:
    """What is wrong, without the values: they may be secrets."""
    if isinstance(wrong, FanfoldError):
        return wrong.detail
    if isinstance(wrong, ValidationError):
        return " ".join(str(error["msg"]) for error in wrong.errors(include_input=False, include_url=False))
    return "standard input holds no JSON object of the kind that this module describes."


if __name__ == "__main__":
    sys.exit(main(sys.stdin.read()))
