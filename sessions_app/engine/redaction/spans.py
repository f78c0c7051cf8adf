"""What detectors find: spans of a text. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class FoundSpan:
    """A place in a text: characters `start` to `end`, what `kind` it is, and how it is shown."""

    start: int
    end: int
    kind: str
    label: str

    @property
    def shown(self) -> str:
        """What stands in its place, such as "[card number]"."""
        return f"[{self.label}]"


def merged(spans: Iterable[FoundSpan]) -> list[FoundSpan]:
    """Returns spans in order, those that overlap as one; the one that came first names it."""
    found: list[FoundSpan] = []
    for span in spans:
        same = [one for one in found if one.start < span.end and span.start < one.end]
        if not same:
            found.append(span)
            continue
        start = min(span.start, *(one.start for one in same))
        end = max(span.end, *(one.end for one in same))
        first = found.index(same[0])
        found = [one for one in found if one not in same[1:]]
        found[first] = replace(same[0], start=start, end=end)
    return sorted(found, key=lambda span: span.start)


def replaced(text: str, spans: Iterable[FoundSpan]) -> str:
    """Returns the text with what is shown in place of each span; spans are in order."""
    parts: list[str] = []
    at = 0
    for span in spans:
        parts += [text[at : span.start], span.shown]
        at = span.end
    return "".join([*parts, text[at:]])
