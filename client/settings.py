"""The two settings the client takes from the environment; nothing else reads it."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from pydantic import SecretStr

from client.errors import WrongUse

DEFAULT_URL = "http://localhost:8080"


@dataclass(frozen=True)
class Settings:
    """Where Fanfold answers and the key it is asked with."""

    url: str
    api_key: SecretStr


def from_environment(environment: Mapping[str, str] = os.environ) -> Settings:
    """Settings from FANFOLD_URL and FANFOLD_API_KEY; raises WrongUse when one is missing or malformed."""
    url = (environment.get("FANFOLD_URL") or DEFAULT_URL).strip()
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise WrongUse(f"FANFOLD_URL is not an address like {DEFAULT_URL}: {url}")
    if parts.username or parts.password or parts.query:
        raise WrongUse("FANFOLD_URL must not hold a password or a query: put the key into FANFOLD_API_KEY.")
    key = (environment.get("FANFOLD_API_KEY") or "").strip()
    if not key:
        raise WrongUse(
            "No API key. Set it first: export FANFOLD_API_KEY=…  (`make run` prints one; admins make them in the app)"
        )
    if not (key.isascii() and key.isprintable()) or " " in key:
        raise WrongUse("FANFOLD_API_KEY holds blanks or characters that no key has: copy it again.")
    return Settings(url=url, api_key=SecretStr(key))
