"""Google's emulators, started for one measure, and a platform's settings for them."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

from infra.local import emulators
from infra.local.emulated import RULES

PROJECT = "demo-fanfold"


@contextmanager
def emulated() -> Iterator[Mapping[str, str]]:
    """What a platform is told to work with them, until the block ends."""
    with ExitStack() as stack:
        with ThreadPoolExecutor() as pool:
            starting = [
                pool.submit(emulators.firestore, rules=RULES),
                pool.submit(emulators.pubsub),
                pool.submit(emulators.auth, PROJECT),
            ]
        firestore, pubsub, auth = (stack.enter_context(one.result()).host for one in starting)
        yield {
            "FANFOLD_STACK": "emulators",
            "FANFOLD_PROJECT": PROJECT,
            "FIRESTORE_EMULATOR_HOST": firestore,
            "PUBSUB_EMULATOR_HOST": pubsub,
            "FIREBASE_AUTH_EMULATOR_HOST": auth,
        }
