"""A compact read-only dictionary: hibari's lexicons take 95 MB as Python dicts."""

import json
from array import array
from collections.abc import Mapping
from typing import Any


class PackedTable:
    """A read-only mapping from text: sorted keys and JSON entries in one bytes object."""

    def __init__(self, table: Mapping[str, Any]) -> None:
        self._ends = array("I")
        packed = bytearray()
        for key, entry in sorted((key.encode(), entry) for key, entry in table.items()):
            packed += key
            self._ends.append(len(packed))
            packed += json.dumps(entry).encode()
            self._ends.append(len(packed))
        self._bytes = bytes(packed)

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
        return json.loads(entry)

    def _key(self, number: int) -> bytes:
        start = self._ends[2 * number - 1] if number else 0
        return self._bytes[start : self._ends[2 * number]]
