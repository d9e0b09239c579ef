"""The stand-in's service account: a key made at the start, which signs as IAM would and proves what was signed."""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

EMAIL = "fanfold@fanfold-local.iam.gserviceaccount.com"


class ThrowAwayAccount:
    """A service account whose key lives as long as this object."""

    def __init__(self, email: str = EMAIL) -> None:
        self.signer_email = email
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def sign_bytes(self, message: bytes) -> bytes:
        """The signature of the message."""
        return self._key.sign(message, padding.PKCS1v15(), hashes.SHA256())

    def signed(self, message: bytes, signature: bytes) -> bool:
        """Whether this account signed the message."""
        try:
            self._key.public_key().verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
        except InvalidSignature:
            return False
        return True

    @property
    def private_key(self) -> str:
        """The key in PEM, as a key file holds it."""
        encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
        return self._key.private_bytes(encoding, form, serialization.NoEncryption()).decode()
