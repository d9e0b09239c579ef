"""The first organisation's sign-in and key, made once for a state folder."""

import json
import os
from pathlib import Path

from shared.container import Container
from shared.domain.errors import ConfigurationWrong
from shared.services.keys import new_secret
from shared.services.organisations import OrganisationCreate

FIRST_ORGANISATION = "Demo"
FIRST_EMAIL = "demo@fanfold.local"
FIRST_MEMBER = "Demo"


def first_credentials(container: Container, file: Path) -> dict[str, str]:
    """The demo sign-in and key of this state folder, made at its first start and kept in a file for its owner only.

    The file is written first: a crash in between leaves credentials that the next start brings into force.
    Raises ConfigurationWrong when the file is damaged, or gone although the organisation exists.
    """
    is_new = not file.exists()
    if is_new:
        kept = {"email": FIRST_EMAIL, "password": container.ids.secret()[:16], "api_key": new_secret(container.ids)}
        write_secret(file, kept)
    else:
        kept = _kept_credentials(file)
    begun = container.library.organisations.bootstrap(
        OrganisationCreate(
            name=FIRST_ORGANISATION,
            email=kept["email"],
            member_name=FIRST_MEMBER,
            password=kept["password"],
            key=kept["api_key"],
        )
    )
    if is_new and begun.key is None:
        # What was just made opens nothing: the organisation is older than the file.
        file.unlink()
        raise _credentials_lost(file)
    return kept


def _kept_credentials(file: Path) -> dict[str, str]:
    """What the file says; raises ConfigurationWrong when it is damaged."""
    try:
        said = json.loads(file.read_text(encoding="utf-8"))
        return {name: str(said[name]) for name in ("email", "password", "api_key")}
    except (ValueError, KeyError, TypeError):
        raise _credentials_lost(file) from None


def _credentials_lost(file: Path) -> ConfigurationWrong:
    return ConfigurationWrong(
        f"The demo sign-in and key of this state folder are kept in {file}, which is missing or damaged. "
        f"Restore it from a copy, or set FANFOLD_HOME to a new folder."
    )


def write_secret(file: Path, said: dict[str, str]) -> None:
    """Write a file whole or not at all, for its owner only."""
    draft = file.with_name(f"{file.name}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as writing:
        json.dump(said, writing)
        writing.flush()
        os.fsync(writing.fileno())
    draft.replace(file)
