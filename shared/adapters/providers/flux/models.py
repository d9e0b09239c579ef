"""The port of image jobs over Flux's protocol."""

from collections.abc import Callable
from random import SystemRandom
from threading import Lock
from typing import TypeVar
from weakref import finalize

import httpx2
from pydantic import SecretStr

from shared.adapters.providers import breakages, wire
from shared.adapters.providers.credentials import checked_key, checked_url
from shared.adapters.providers.explanations import retry_after
from shared.adapters.providers.flux import answers, failures, requests
from shared.adapters.providers.flux.addresses import Addresses
from shared.domain.catalogue import find
from shared.domain.errors import ErrorKind, ProviderError
from shared.domain.items import ProviderJob
from shared.ports.clock import Clock
from shared.ports.providers import GeneratedImage, ImageRequest, StillRunning

A = TypeVar("A")


class FluxImageJobs:
    """ImageJobs over Flux's protocol: a POST submits, a GET asks, the picture lies at an address for some minutes.

    `api_key` None is for a server that wants none. `key_setting` and `address_setting` name the settings in messages.
    Raises ConfigurationWrong for a key or an address that no call could be made with.
    """

    def __init__(
        self, api_key: SecretStr | None, *, base_url: str, clock: Clock, key_setting: str, address_setting: str
    ) -> None:
        self._secret = "" if api_key is None else checked_key(api_key, key_setting).get_secret_value()
        self._addresses = Addresses(checked_url(base_url, address_setting))
        self._setting = address_setting
        self._clock = clock
        self._random = SystemRandom()
        self._making = Lock()
        self._connections: finalize[[], FluxImageJobs] | None = None
        self._client: httpx2.Client | None = None

    def submit(self, request: ImageRequest) -> ProviderJob:
        """Begin one job with exactly one call; raises ProviderError, and nothing else, when there is none."""
        spec = find(request.model)
        if spec is None:
            raise ProviderError(ErrorKind.INVALID, f"Fanfold does not know what {request.model[:100]} makes and costs.")
        seed = self._random.randint(0, spec.max_seed) if request.seed is None else request.seed

        def send() -> ProviderJob:
            answer = self._http().post(
                self._addresses.of_model(request.model), json=requests.wishes(request, spec, seed), headers=self._key()
            )
            if answer.status_code != 200:
                raise failures.of_submit(answer, now=self._clock.now(), secret=self._secret, address=self._setting)
            return answers.job(answers.document(answer), request, spec, self._addresses, seed)

        return self._bounded(send, request.deadline_seconds)

    def poll(self, job: ProviderJob, *, deadline_seconds: float) -> GeneratedImage | StillRunning:
        """Where the job stands, and its picture once there is one; raises ProviderError, and nothing else."""

        def look() -> GeneratedImage | StillRunning:
            answer = self._http().get(self._addresses.of_result(job.place, job.id), headers=self._key())
            if answer.status_code != 200:
                raise failures.of_look(answer, now=self._clock.now(), secret=self._secret)
            said = answers.document(answer)
            result = answers.standing(said, job, failures.words_of(said, self._secret))
            if result is None:
                return StillRunning(retry_after(answer.headers, self._clock.now()))
            # The address of the picture is signed and ends within minutes: it is fetched now, and without the key.
            picture = self._http().get(self._addresses.checked(result.get("sample")))
            if picture.status_code != 200:
                raise failures.of_look(picture, now=self._clock.now(), secret=self._secret)
            return GeneratedImage(
                data=picture.content,
                media_type=str(picture.headers.get("content-type", "image/png")).partition(";")[0].strip()[:100],
                usage=dict(job.usage),
                seed=answers.seed_of(result, job),
                request_id=job.id,
            )

        return self._bounded(look, deadline_seconds, is_look=True)

    def close(self) -> None:
        """Let go of the open connections; the next call opens new ones."""
        with self._making:
            connections, self._connections, self._client = self._connections, None, None
        if connections is not None:
            connections()

    def _bounded(self, work: Callable[[], A], seconds: float, *, is_look: bool = False) -> A:
        """Do this within so many seconds; whatever goes wrong on the wire becomes a ProviderError."""
        with wire.call(self._clock, seconds) as call:
            try:
                return work()
            except ProviderError:
                raise
            except Exception as error:  # noqa: BLE001 - the border: whatever a client raises becomes a ProviderError here
                failure = breakages.translate(error, call, name=failures.NAME, address=self._setting)
        if is_look:
            # Whatever broke, nothing was learned: the job goes on.
            failure.outcome_known = False
        # Raised outside the handler: the client's errors hold whole requests, which have no place in a traceback.
        raise failure

    def _key(self) -> dict[str, str]:
        return {"x-key": self._secret} if self._secret else {}

    def _http(self) -> httpx2.Client:
        with self._making:
            if self._client is None:
                self._client = wire.http_client(httpx2.create_ssl_context())
                # Whoever lets go of the provider without closing it lets go of its connections too.
                self._connections = finalize(self, self._client.close)
            return self._client
