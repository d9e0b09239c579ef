from threading import Barrier, Thread

from shared.services.made_once import made_once


class Shop:
    """Has a till that threads ask for at once."""

    def __init__(self, asking: int) -> None:
        self.made = 0
        self._all_there = Barrier(asking)

    def ask(self, found: list[object]) -> None:
        """Wait for all others, then ask."""
        self._all_there.wait(60)
        found.append(self.till)

    @made_once
    def till(self) -> object:
        """Where money is kept."""
        return [self.desk, self._count()]

    @made_once
    def desk(self) -> object:
        """What it stands on."""
        return object()

    def _count(self) -> int:
        self.made += 1
        return self.made


def test_threads_that_ask_first_at_once_get_the_same_one() -> None:
    shop = Shop(8)
    found: list[object] = []
    threads = [Thread(target=shop.ask, args=(found,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)

    assert [each is found[0] for each in found] == [True] * 8
    assert shop.made == 1


def test_each_instance_has_its_own_and_the_class_tells_what_it_is() -> None:
    assert Shop(1).till is not Shop(1).till
    assert Shop.till.__doc__ == "Where money is kept."
    assert "till" not in vars(Shop(1))
