"""A compact read-only dictionary: hibari's lexicons take 95 MB as Python dicts."""

import marshal
from array import array
from collections.abc import Iterator, Mapping
from itertools import accumulate
from typing import Any


class PackedTable:
    """A read-only mapping from text: sorted keys and their entries in one bytes object.

    The entries are marshalled: as JSON they take three times as long to pack, half a second of
    each start.
    """

    def __init__(self, table: Mapping[str, Any]) -> None:
        parts = list(_parts(table))
        self._ends = array("I", accumulate(map(len, parts)))
        self._bytes = b"".join(parts)

    def get(self, key: str, default: Any = None) -> Any:
        """Returns the entry of `key`, by binary search; `default` for none."""
        wanted = key.encode(errors="replace")
        low, high = 0, len(self._ends) // 2
        while low < high:
            middle = (low + high) // 2
            if self._key(middle) < wanted:
                low = middle + 1
            else:
                high = middle
        if 2 * low == len(self._ends) or self._key(low) != wanted:
            return default
        entry = self._bytes[self._ends[2 * low] : self._ends[2 * low + 1]]
        return marshal.loads(entry)  # noqa: S302  # nosec B302 - they were made here

    def _key(self, number: int) -> bytes:
        start = self._ends[2 * number - 1] if number else 0
        return self._bytes[start : self._ends[2 * number]]


def _parts(table: Mapping[str, Any]) -> Iterator[bytes]:
    """Yields the keys, in the order of their UTF-8, each before its entry."""
    for key in sorted(table):
        yield key.encode()
        yield marshal.dumps(table[key])
