"""The image-model port over the OpenAI API."""

from threading import Lock
from weakref import finalize

import httpx2
from openai import OpenAI
from pydantic import SecretStr

from shared.adapters.providers import wire
from shared.adapters.providers.credentials import checked_key, checked_url
from shared.adapters.providers.openai import answers, failures, requests
from shared.domain.catalogue import find
from shared.domain.errors import ErrorKind, ProviderError
from shared.ports.clock import Clock
from shared.ports.providers import GeneratedImage, ImageRequest


class OpenAIImageModel:
    """An ImageModel over the OpenAI API; its SDK client is made at the first call and shared by all threads.

    Raises ConfigurationWrong for a key or an address that no call could be made with.
    """

    def __init__(self, api_key: SecretStr, *, base_url: str | None, clock: Clock) -> None:
        self._api_key = checked_key(api_key, "OPENAI_API_KEY")
        self._base_url = checked_url(base_url or requests.BASE_URL, failures.ADDRESS)
        self._clock = clock
        self._making = Lock()
        self._connections: finalize[[], OpenAIImageModel] | None = None
        self._client: OpenAI | None = None

    def generate(self, request: ImageRequest) -> GeneratedImage:
        """Make one image with exactly one call; raises ProviderError, and nothing else, when there is none."""
        if request.deadline_seconds <= 0:
            raise ProviderError(ErrorKind.TIMEOUT, "No time was left to ask OpenAI for the image.")
        spec = find(request.model)
        if spec is None:
            raise ProviderError(ErrorKind.INVALID, f"Fanfold does not know what {request.model[:100]} makes and costs.")
        with wire.call(self._clock, request.deadline_seconds) as call:
            try:
                return answers.read(requests.send(self._sdk(), request, spec), request, spec)
            except ProviderError:
                raise
            except Exception as error:  # noqa: BLE001 - the border: whatever an SDK raises becomes a ProviderError here
                failure = failures.translate(
                    error, call=call, now=self._clock.now(), secret=self._api_key.get_secret_value()
                )
        # Raised outside the handler: the SDK's errors hold whole answers, which have no place in a traceback.
        raise failure

    def close(self) -> None:
        """Let go of the open connections; the next call opens new ones."""
        with self._making:
            connections, self._connections, self._client = self._connections, None, None
        if connections is not None:
            connections()

    def _sdk(self) -> OpenAI:
        with self._making:
            if self._client is None:
                http = wire.http_client(httpx2.create_ssl_context())
                # Whoever lets go of the model without closing it lets go of its connections too.
                self._connections = finalize(self, http.close)
                self._client = OpenAI(
                    api_key=self._api_key.get_secret_value(),
                    base_url=self._base_url,
                    max_retries=0,
                    http_client=http,
                )
                # The SDK takes these from the environment, where the settings of others may stand.
                self._client.organization = None
                self._client.project = None
                self._client.admin_api_key = None
            return self._client
