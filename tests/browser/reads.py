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

    def resumptions(self) -> list[bool]:
        """Of each listener that was asked for, in order: whether it goes on from the moment where one before had ended."""
        asked: list[bool] = self._page.evaluate("() => fanfoldAsked")
        return asked

    def _all(self) -> list[str]:
        found: list[str] = self._page.evaluate("() => fanfoldReads")
        return found
