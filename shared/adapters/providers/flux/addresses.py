"""Where Flux is spoken to, and which of the addresses that its answers name are followed."""

from typing import Final

import httpx2

from shared.domain.errors import ErrorKind, ProviderError

BASE_URL = "https://api.bfl.ai/"
# Its regions answer polls, and its delivery hosts hold the pictures, all below this name.
_DOMAINS = ("bfl.ai",)
_USUAL_PATH: Final = "/v1/get_result"
_DOMAIN_ITSELF: Final = "."
_MAX_PLACE: Final = 1_000


class Addresses:
    """The addresses of one server: those that are asked, and which others it may send us to."""

    def __init__(self, base_url: str) -> None:
        self._base = httpx2.URL(base_url)
        host = self._base.host
        self._domain = next((name for name in _DOMAINS if _is_within(host, name)), host)

    def of_model(self, model: str) -> str:
        """Where a job of this model is submitted."""
        return f"{str(self._base).rstrip('/')}/v1/{model}"

    def place_of(self, named: object, job: str) -> str:
        """Where an answer says that its job is asked for, without what is known anyway; raises ProviderError for a stranger's address.

        A host of the domain by the label before it (`api.us1.`), the configured server by nothing, then the path and its
        query unless they are the protocol's usual ones: documents hold no URLs.
        """
        url = httpx2.URL(self.checked(named))
        label = ""
        if not self._is_own(url):
            label = url.host.removesuffix(self._domain) or _DOMAIN_ITSELF
        usual = httpx2.URL(self.of_result(label, job))
        place = label if url.raw_path == usual.raw_path else label + url.raw_path.decode("ascii")
        if len(place) > _MAX_PLACE:
            raise ProviderError(ErrorKind.UNKNOWN, "Flux's answer names an endless address.", outcome_known=False)
        return place

    def of_result(self, place: str, job: str) -> str:
        """Where a job at this place is asked for; raises ProviderError unless it is the server's own or of its domain."""
        label, slash, rest = place.partition("/")
        host = self._domain if label == _DOMAIN_ITSELF else label + self._domain
        root = self._base.copy_with(raw_path=b"/", userinfo=b"") if not label else _read(f"https://{host}/")
        if slash:
            return self.checked(str(root.copy_with(raw_path=(slash + rest).encode())))
        start = "" if label else self._base.path.rstrip("/")
        return self.checked(str(root.copy_with(path=start + _USUAL_PATH, params={"id": job})))

    def checked(self, named: object) -> str:
        """An address that an answer named; raises ProviderError unless it is the configured server's own or, by https, its domain's.

        Anything else would make this machine ask whatever a stranger writes into an answer.
        """
        url = _read(named)
        is_of_domain = url.scheme == "https" and url.port is None and _is_within(url.host, self._domain)
        if not url.host or url.userinfo or not (self._is_own(url) or is_of_domain):
            told = "Flux's answer names an address that is not its own; it was not asked."
            raise ProviderError(ErrorKind.UNKNOWN, told, outcome_known=False)
        return str(url)

    def _is_own(self, url: httpx2.URL) -> bool:
        return (url.scheme, url.host, url.port) == (self._base.scheme, self._base.host, self._base.port)


def _read(named: object) -> httpx2.URL:
    """The address, empty for what is none."""
    try:
        return httpx2.URL(named) if isinstance(named, str) else httpx2.URL("")
    except (httpx2.InvalidURL, ValueError):
        return httpx2.URL("")


def _is_within(host: str, domain: str) -> bool:
    return host == domain or host.endswith(f".{domain}")
