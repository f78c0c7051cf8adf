"""Lines that an offer itself rejects: aiortc cannot read them, and an answer must repeat them.

RFC 3264, section 6: an answer has as many `m=` lines as its offer, in the same order.
"""

from dataclasses import dataclass

from sessions_app.transports.lines import REJECTED, bundled, mid_of, sections, with_group


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
    head, *media = sections(sdp)
    gone = tuple(
        Rejected(index, section.split("\r\n", 1)[0], mid_of(section))
        for index, section in enumerate(media)
        if REJECTED.match(section)
    )
    if not gone:
        return sdp, gone
    places = {one.index for one in gone}
    kept = "".join([head, *(one for index, one in enumerate(media) if index not in places)])
    mids = {one.mid for one in gone}
    return with_group(kept, [mid for mid in bundled(sdp) if mid not in mids]), gone


def with_rejected(sdp: str, gone: tuple[Rejected, ...]) -> str:
    """Returns the answer with the rejected lines where the offer had them."""
    head, *media = sections(sdp)
    for one in gone:
        media.insert(one.index, one.section)
    return "".join([head, *media])
