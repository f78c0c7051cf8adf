"""Things that are held for a while and must be given back once, whatever happens in between."""

from collections.abc import Callable


class Reservation:
    """Holds what was counted for one call; `release` gives all of it back, once."""

    def __init__(self, *gives_back: Callable[[], object]) -> None:
        self._gives_back = list(gives_back)
        self._released = False

    def include(self, other: "Reservation") -> None:
        """Releases `other` together with this one; at once where this one is released already."""
        if self._released:
            other.release()
        else:
            self._gives_back.append(other.release)

    def release(self) -> None:
        """Gives everything back, the newest first; does nothing when called again."""
        self._released = True
        while self._gives_back:
            self._gives_back.pop()()


class Limited:
    """Counts how many of something are held at once; 0 for no limit."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held = 0

    def __len__(self) -> int:
        return self._held

    def take(self) -> Reservation | None:
        """Returns a place, or None where all are taken. Checks and counts in one step."""
        if 0 < self._most <= self._held:
            return None
        self._held += 1
        return Reservation(self._give_back)

    def _give_back(self) -> None:
        self._held -= 1
