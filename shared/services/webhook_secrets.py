"""Secrets that sign webhooks: kept encrypted, shown once, used by the Standard Webhooks scheme."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.domain.errors import ConfigurationWrong
from shared.domain.webhooks import SealedSecret, Webhook

PREFIX = "whsec_"
SECRET_BYTES = 32
_KEY_BYTES = 32
_NONCE_BYTES = 12
_SCHEME = "1."


class WebhookSecrets:
    """Makes, keeps and uses signing secrets; `key` are 32 secret bytes that are nowhere in the document store."""

    def __init__(self, key: bytes) -> None:
        if len(key) != _KEY_BYTES:
            raise ValueError(f"secrets are encrypted with {_KEY_BYTES} bytes")
        self._cipher = AESGCM(key)

    def new(self, org: str, webhook: str) -> tuple[str, SealedSecret]:
        """A new secret as its receiver gets it (`whsec_…`), and as it is kept."""
        secret = secrets.token_bytes(SECRET_BYTES)
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = nonce + self._cipher.encrypt(nonce, secret, _place(org, webhook))
        shown = PREFIX + base64.b64encode(secret).decode()
        return shown, SealedSecret(sealed=_SCHEME + base64.b64encode(sealed).decode())

    def signatures(self, org: str, webhook: Webhook, *, message: str, at: datetime, body: bytes) -> dict[str, str]:
        """The three headers of this message; raises ConfigurationWrong when the key is not the one it was sealed with.

        During a rotation each secret in force signs: the receiver takes whichever it knows.
        """
        moment = str(int(at.timestamp()))
        signed = b".".join((message.encode("ascii"), moment.encode("ascii"), body))
        opened = [self._opened(org, webhook.id, one) for one in in_force(webhook.secrets, at)]
        each = [_signature(secret, signed) for secret in opened if secret is not None]
        if not each:
            raise ConfigurationWrong(
                f"The secret of the webhook {webhook.id} was encrypted with another key. Put the former key back "
                "(FANFOLD_PAGE_KEY, or the folder keys of the state), or rotate the webhook's secret."
            )
        return {"webhook-id": message, "webhook-timestamp": moment, "webhook-signature": " ".join(each)}

    def _opened(self, org: str, webhook: str, secret: SealedSecret) -> bytes | None:
        """The secret; None when another key has sealed it, for another webhook or before the key was changed."""
        try:
            sealed = base64.b64decode(secret.sealed.removeprefix(_SCHEME), validate=True)
            return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], _place(org, webhook))
        except (InvalidTag, ValueError):
            return None


def in_force(kept: Sequence[SealedSecret], at: datetime) -> list[SealedSecret]:
    """Those that sign at this moment."""
    return [one for one in kept if one.until is None or one.until > at]


def _place(org: str, webhook: str) -> bytes:
    """What a secret belongs to: moved elsewhere it cannot be opened."""
    return f"{org}/{webhook}".encode()


def _signature(secret: bytes, signed: bytes) -> str:
    return "v1," + base64.b64encode(hmac.digest(secret, signed, hashlib.sha256)).decode()
