"""What Firestore sends to the listeners of a page, counted where it comes in: one read each, as Firestore bills them."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Final

from tests.browser.visitors import Visitor

_SCRIPT: Final = Path(__file__).with_name("page") / "reads.js"


class Reads:
    """The documents that came over the wire since `forget` was last called."""

    def __init__(self, visitor: Visitor) -> None:
        self._page = visitor.page
        self._passed = 0
        visitor.page.add_init_script(path=_SCRIPT)

    def forget(self) -> None:
        """Count from nought again."""
        self._passed = len(self._all())

    def of(self, *paths: str) -> Counter[str]:
        """How often each of these documents came; those that did not come are left out."""
        wanted = set(paths)
        return Counter(path for path in self._all()[self._passed :] if path in wanted)

    def wait(self, is_enough: Callable[[], bool]) -> None:
        """Until so much has come; the test's time limit ends the waiting."""
        while not is_enough():
            self._page.wait_for_timeout(50)

    def pages(self) -> set[int]:
        """The index from which each page of items is listened to, or was."""
        return set(self._page.evaluate("() => fanfoldAsked.map(one => one.first)"))

    def wait_for_end(self, first: int) -> None:
        """Until the listener of the items from this index on has ended."""
        ended = "first => fanfoldAsked.some(one => one.first === first && one.isEnded)"
        self._page.wait_for_function(ended, arg=first, polling=50)

    def resumptions(self, first: int) -> list[bool]:
        """Of each listener of the items from this index on: whether it goes on from the moment where one before had ended."""
        asked = "first => fanfoldAsked.filter(one => one.first === first).map(one => one.isResumed)"
        found: list[bool] = self._page.evaluate(asked, first)
        return found

    def _all(self) -> list[str]:
        found: list[str] = self._page.evaluate("() => fanfoldReads")
        return found
