"""Reservations: counted resources that must be released exactly once, also after an error."""

from collections.abc import Callable


class Reservation:
    """What was reserved for one call; `release` frees all of it, once."""

    def __init__(self, *gives_back: Callable[[], object]) -> None:
        self._gives_back = list(gives_back)
        self._released = False

    def include(self, other: "Reservation") -> None:
        """Releases `other` together with this one; at once if this one has been released."""
        if self._released:
            other.release()
        else:
            self._gives_back.append(other.release)

    def release(self) -> None:
        """Frees everything, the newest first; does nothing when called again."""
        self._released = True
        while self._gives_back:
            self._gives_back.pop()()


class Limited:
    """Limits how many of something are reserved at once; 0 for no limit."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held = 0

    def __len__(self) -> int:
        return self._held

    def take(self) -> Reservation | None:
        """Reserves one and returns its reservation, or None if `most` are reserved already."""
        if 0 < self._most <= self._held:
            return None
        self._held += 1
        return Reservation(self._give_back)

    def _give_back(self) -> None:
        self._held -= 1
