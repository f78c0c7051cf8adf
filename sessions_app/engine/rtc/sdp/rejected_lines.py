"""Media lines that an offer itself rejects: removed for aiortc, and put back into the answer.

An answer has as many `m=` lines as its offer, in the same order (RFC 3264, section 6).
"""

from dataclasses import dataclass

from sessions_app.engine.rtc.sdp.lines import (
    END,
    REJECTED,
    bundled,
    mid_of,
    sections,
    with_group,
)


@dataclass(frozen=True, slots=True)
class RejectedLine:
    """A line with port 0: its index, from 0, and its part of the offer."""

    index: int
    offered: str

    @property
    def mid(self) -> str:
        return mid_of(self.offered)

    @property
    def section(self) -> str:
        """The line's part of the answer, with the rtpmaps that some clients require."""
        line, *attributes = self.offered.split(END)
        kept = [one for one in attributes if one.startswith(("a=mid:", "a=rtpmap:"))]
        return END.join([line, "c=IN IP4 0.0.0.0", "a=inactive", *kept, ""])


def without_rejected(sdp: str) -> tuple[str, tuple[RejectedLine, ...]]:
    """Returns the offer without its rejected lines, and those lines."""
    head, *media = sections(sdp)
    rejected = tuple(
        RejectedLine(index, section)
        for index, section in enumerate(media)
        if REJECTED.match(section)
    )
    if not rejected:
        return sdp, rejected
    indices = {one.index for one in rejected}
    kept = "".join([head, *(one for index, one in enumerate(media) if index not in indices)])
    mids = {one.mid for one in rejected}
    return with_group(kept, [mid for mid in bundled(sdp) if mid not in mids]), rejected


def with_rejected(sdp: str, rejected: tuple[RejectedLine, ...]) -> str:
    """Returns the answer with the rejected lines where the offer had them."""
    head, *media = sections(sdp)
    for one in rejected:
        media.insert(one.index, one.section)
    return "".join([head, *media])
