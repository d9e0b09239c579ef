"""The image-model port over the Gemini API."""

from threading import Lock
from weakref import finalize

import httpx2
from google import genai
from google.genai import types
from pydantic import SecretStr

from shared.adapters.providers import wire
from shared.adapters.providers.credentials import checked_key, checked_url
from shared.adapters.providers.gemini import answers, failures, requests
from shared.domain.catalogue import find
from shared.domain.errors import ErrorKind, ProviderError
from shared.ports.clock import Clock
from shared.ports.providers import GeneratedImage, ImageRequest


class GeminiImageModel:
    """An ImageModel over the Gemini API; its SDK client is made at the first call and shared by all threads.

    Raises ConfigurationWrong for a key or an address that no call could be made with.
    """

    def __init__(self, api_key: SecretStr, *, base_url: str | None, clock: Clock) -> None:
        self._api_key = checked_key(api_key, "GEMINI_API_KEY")
        self._base_url = checked_url(base_url or requests.BASE_URL, failures.ADDRESS)
        self._clock = clock
        self._making = Lock()
        self._connections: finalize[[], GeminiImageModel] | None = None
        self._client: genai.Client | None = None

    def generate(self, request: ImageRequest) -> GeneratedImage:
        """Make one image with exactly one call; raises ProviderError, and nothing else, when there is none."""
        if request.deadline_seconds <= 0:
            raise ProviderError(ErrorKind.TIMEOUT, "No time was left to ask Gemini for the image.")
        with wire.call(self._clock, request.deadline_seconds) as call:
            try:
                spec = find(request.model)
                answer = self._sdk().models.generate_content(
                    model=request.model,
                    contents=[requests.contents(request)],
                    config=requests.config(request, spec),
                )
                return answers.read(answer, request, spec)
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

    def _sdk(self) -> genai.Client:
        with self._making:
            if self._client is None:
                tls = httpx2.create_ssl_context()
                http = wire.http_client(tls)
                # Whoever lets go of the model without closing it lets go of its connections too.
                self._connections = finalize(self, http.close)
                # Everything that the SDK would otherwise take from the environment is said here.
                self._client = genai.Client(
                    enterprise=False,
                    api_key=self._api_key.get_secret_value(),
                    http_options=types.HttpOptions(
                        api_version="v1",
                        base_url=self._base_url,
                        retry_options=types.HttpRetryOptions(attempts=1),
                        httpx_client=http,
                        # For transports that are never used, but that would each read all certificates again.
                        async_client_args={"verify": tls, "ssl": tls},
                    ),
                )
            return self._client
