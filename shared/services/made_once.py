"""What is loaded and made when it is first asked for."""

from collections.abc import Callable
from threading import RLock
from typing import Any, Generic, Self, TypeVar, overload

T = TypeVar("T")

_making = RLock()


class made_once(Generic[T]):  # noqa: N801 - a decorator
    """A property made at the first question and kept in the instance's dict: once, also where several threads ask first.

    (functools.cached_property would make it twice there from Python 3.12 on.)
    """

    def __init__(self, make: Callable[[Any], T]) -> None:
        self._make = make
        self.__doc__ = make.__doc__

    def __set_name__(self, _owner: type[Any], name: str) -> None:
        self._name = name

    @overload
    def __get__(self, instance: None, owner: type[Any]) -> Self: ...

    @overload
    def __get__(self, instance: object, owner: type[Any]) -> T: ...

    def __get__(self, instance: object | None, owner: type[Any]) -> Self | T:
        """The value; called until the instance's dict holds it."""
        if instance is None:
            return self
        made = instance.__dict__
        if self._name not in made:
            with _making:
                if self._name not in made:
                    made[self._name] = self._make(instance)
        found: T = made[self._name]
        return found
