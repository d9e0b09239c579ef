"""Keys and addresses of providers, checked before the first call."""

import httpx2
from pydantic import SecretStr

from shared.domain.errors import ConfigurationWrong


def checked_key(api_key: SecretStr, variable: str) -> SecretStr:
    """The key without blanks around it; raises ConfigurationWrong, without showing it, for one that cannot be sent."""
    key = api_key.get_secret_value().strip()
    if not key or not key.isascii() or not key.isprintable() or " " in key:
        raise ConfigurationWrong(f"{variable}: a key is one word of printable ASCII characters; copy it again.")
    return SecretStr(key)


def checked_url(url: str, variable: str) -> str:
    """The address; raises ConfigurationWrong for one that no call could be made to."""
    url = url.strip()
    try:
        parts = httpx2.URL(url)
    except httpx2.InvalidURL:
        parts = httpx2.URL("")
    if parts.scheme not in {"http", "https"} or not parts.host or parts.userinfo or parts.query or parts.fragment:
        raise ConfigurationWrong(
            f"{variable}: give an address like https://host/path, without user, query or fragment."
        )
    return url
