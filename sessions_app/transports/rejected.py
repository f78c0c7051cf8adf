"""Lines that an offer itself rejects: aiortc cannot read them, and an answer must repeat them.

RFC 3264, section 6: an answer has as many `m=` lines as its offer, in the same order.
"""

import re
from dataclasses import dataclass

_REJECTED = re.compile(r"m=(\S+) 0 ")
_MID = re.compile(r"^a=mid:(\S+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Rejected:
    """A line with port 0: its place, its first line, and its mid."""

    index: int
    line: str
    mid: str

    @property
    def section(self) -> str:
        """The section that answers it."""
        mid = f"a=mid:{self.mid}\r\n" if self.mid else ""
        return f"{self.line}\r\nc=IN IP4 0.0.0.0\r\na=inactive\r\n{mid}"


def without_rejected(sdp: str) -> tuple[str, tuple[Rejected, ...]]:
    """Returns the offer without its rejected lines, and these."""
    head, *sections = _sections(sdp)
    gone = tuple(
        Rejected(index, section.split("\r\n", 1)[0], _mid_of(section))
        for index, section in enumerate(sections)
        if _REJECTED.match(section)
    )
    places = {one.index for one in gone}
    kept = [section for index, section in enumerate(sections) if index not in places]
    return "".join([head, *kept]), gone


def with_rejected(sdp: str, gone: tuple[Rejected, ...]) -> str:
    """Returns the answer with the rejected lines where the offer had them."""
    head, *sections = _sections(sdp)
    for one in gone:
        sections.insert(one.index, one.section)
    return "".join([head, *sections])


def _sections(sdp: str) -> list[str]:
    return re.split(r"(?m)^(?=m=)", sdp)


def _mid_of(section: str) -> str:
    found = _MID.search(section)
    return found[1].strip() if found else ""
