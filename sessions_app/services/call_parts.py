"""A kept call's page comes with its first lines and answers; `?part=` has the others. In the admin
the page of a live call comes with its last lines.

A call of two hours has too many of both to be sent and laid out before somebody sees the first.
static/js/later-parts.js asks for the rest as soon as the page is there. `?whole` shows everything
at once, for browsers without JavaScript; `?line=` one line alone, once somebody has corrected it.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from sessions_app.services.waterfalls import Waterfall

FIRST_LINES, FIRST_ANSWERS = 80, 40
"""Lines and answers that come with the page. More make a long call's page slower to open."""

A_PART = 200
"""Lines or answers that one request brings."""

LINES, ANSWERS = "lines", "answers"
PARTS = re.compile(rf"({LINES}|{ANSWERS}):([0-9]{{1,6}})-([0-9]{{1,6}})")


@dataclass(frozen=True, slots=True)
class Later:
    """A part that the page comes without: those from `first` to before `end`, from 0.

    Of lines also the lowest and highest `seq`, and a number that changes with what people read.
    """

    first: int
    end: int
    seqs: str = ""
    revision: int = 0

    @property
    def many(self) -> int:
        return self.end - self.first


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request wants of the call's page: `kind` with its range, or a page."""

    kind: str = ""
    first: int = 0
    end: int = 0
    whole: bool = False
    line: int | None = None


def asked(query: Mapping[str, str]) -> Asked:
    """Reads `?part=lines:80-280`, `?part=answers:40-240`, `?whole` and `?line=7`."""
    part = PARTS.fullmatch(query.get("part", ""))
    if part is not None:
        first, end = int(part[2]), int(part[3])
        return Asked(part[1], first, min(end, first + A_PART))
    line = re.fullmatch("[0-9]{1,9}", query.get("line", ""))
    return Asked(whole="whole" in query, line=int(line[0]) if line else None)


def answers(fall: Waterfall | None, want: Asked) -> tuple[Waterfall | None, list[Later]]:
    """Returns the answers that are asked for, on the scale of all, and the parts to come."""
    if fall is None or want.whole:
        return fall, []
    first, end = (want.first, want.end) if want.kind else (0, FIRST_ANSWERS)
    later = [] if want.kind else [Later(*part) for part in cut(FIRST_ANSWERS, len(fall.rows))]
    return replace(fall, rows=fall.rows[first:end]), later


def cut(first: int, many: int) -> Iterator[tuple[int, int]]:
    """Yields the ranges of the parts of `many`, of which the page has the `first`."""
    return ((at, min(at + A_PART, many)) for at in range(first, many, A_PART))
