"""How a browser signs in, out of all settings."""

from typing import TYPE_CHECKING

from shared.config import Settings

if TYPE_CHECKING:
    from shared.http.services import FirebaseSettings


def firebase_settings(config: Settings) -> "FirebaseSettings | None":
    """What a browser is told of Firebase; None on the embedded stack, whose sign-in is its own."""
    if config.stack == "embedded":
        return None
    from shared.http.services import FirebaseSettings

    return FirebaseSettings(
        api_key=config.firebase_api_key,
        auth_domain=config.firebase_auth_domain,
        project_id=config.project,
        app_id=config.firebase_app_id,
        database_id=config.database,
        auth_emulator=config.firebase_auth_emulator_host,
        firestore_emulator=config.firestore_emulator_host,
    )
