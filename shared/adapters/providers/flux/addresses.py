"""Where Flux is spoken to, and which of the addresses that its answers name are followed."""

import httpx2

from shared.domain.errors import ErrorKind, ProviderError

BASE_URL = "https://api.bfl.ai/"
# Its regions answer polls, and its delivery hosts hold the pictures, all below this name.
_DOMAINS = ("bfl.ai",)


class Addresses:
    """The addresses of one server: those that are asked, and which others it may send us to."""

    def __init__(self, base_url: str) -> None:
        self._base = httpx2.URL(base_url)
        host = self._base.host
        self._domain = next((name for name in _DOMAINS if _is_within(host, name)), host)

    def of_model(self, model: str) -> str:
        """Where a job of this model is submitted."""
        return f"{str(self._base).rstrip('/')}/v1/{model}"

    def of_result(self, job: str) -> str:
        """Where a job is asked for whose answer named no address."""
        return str(httpx2.URL(f"{str(self._base).rstrip('/')}/v1/get_result", params={"id": job}))

    def checked(self, named: object) -> str:
        """An address that an answer named; raises ProviderError unless it is the configured server's own or, by https, its domain's.

        Anything else would make this machine ask whatever a stranger writes into an answer.
        """
        try:
            url = httpx2.URL(named) if isinstance(named, str) else httpx2.URL("")
        except (httpx2.InvalidURL, ValueError):
            url = httpx2.URL("")
        is_own = (url.scheme, url.host, url.port) == (self._base.scheme, self._base.host, self._base.port)
        is_of_domain = url.scheme == "https" and url.port is None and _is_within(url.host, self._domain)
        if not url.host or url.userinfo or not (is_own or is_of_domain):
            told = "Flux's answer names an address that is not its own; it was not asked."
            raise ProviderError(ErrorKind.UNKNOWN, told, outcome_known=False)
        return str(url)


def _is_within(host: str, domain: str) -> bool:
    return host == domain or host.endswith(f".{domain}")
