"""The transcript of a call, in the parts that services/call_parts.py cuts it into."""

from sessions_app.models import Call
from sessions_app.services import outline, transcript_lines
from sessions_app.services.call_parts import FIRST_LINES, Asked, Later, cut
from sessions_app.services.transcript_lines import TranscriptEntry


class PartedTranscript:
    """The lines of a call, of which only those that are asked for are read with their words.

    `rows` are all of its segments. `wanted` is marked in the lines; `agent` is its name. With
    `typists` the lines that staff typed for the agent say who did. The page of a live call comes
    with its last lines, that of a call that is over with its first.
    """

    def __init__(
        self, call: Call, agent: str = "", wanted: str = "", *, typists: bool = False
    ) -> None:
        self._call, self._agent, self._wanted = call, agent, wanted
        self._typists = typists
        self.rows = outline.of(call)
        self._kept = [row for row in self.rows if row.has_line]

    @property
    def starts(self) -> dict[int, int]:
        """Where each line begins on the call clock in ms, by `seq`."""
        return {row.seq: row.start_ms for row in self._kept}

    @property
    def turn_seqs(self) -> dict[int, int]:
        """The first segment of each turn, by the turn's index."""
        return {row.turn_index: row.seq for row in reversed(self.rows)}

    @property
    def unsure(self) -> str:
        """The lines that the recogniser was unsure of, each `seq:start_ms`, for unsure-lines.js."""
        return " ".join(f"{row.seq}:{row.start_ms}" for row in self._kept if row.unsure)

    @property
    def known(self) -> str:
        """The numbers of all segments, as `1-80 82-90`, for live-call.js."""
        ranges: list[list[int]] = []
        for seq in sorted(row.seq for row in self.rows):
            if ranges and ranges[-1][1] == seq - 1:
                ranges[-1][1] = seq
            else:
                ranges.append([seq, seq])
        return " ".join(f"{first}-{last}" for first, last in ranges)

    @property
    def revision(self) -> int:
        """How often what people read has changed."""
        return sum(row.revision for row in self.rows)

    @property
    def gap_after(self) -> str:
        """How long the connection was lost after the last words; empty for not at all."""
        return transcript_lines.gap_after(self.rows, self._call.gaps)

    def lines(self, want: Asked) -> list[TranscriptEntry]:
        """Returns the lines of a part, or those that the page comes with."""
        first, end = self._range(want)
        rows = self._kept[first:end]
        if not rows:
            return []
        before = self._kept[first - 1].start_ms if first else -1
        gaps = [gap for gap in self._call.gaps if gap[0] > before]
        read = outline.segments(self._call, rows)
        return transcript_lines.lines(read, self._agent, gaps, self._wanted, typists=self._typists)

    def later(self, want: Asked) -> list[Later]:
        """Returns the parts that the page comes without."""
        if want.whole or want.line is not None or len(self._kept) <= FIRST_LINES:
            return []
        first, end = self._at_once
        left = (0, first) if first else (end, len(self._kept))
        return [self._later(*part) for part in cut(*left)]

    def _range(self, want: Asked) -> tuple[int, int]:
        if want.kind:
            return want.first, want.end
        if want.line is not None:
            at = next((at for at, row in enumerate(self._kept) if row.seq == want.line), 0)
            return at, at + 1
        return (0, len(self._kept)) if want.whole else self._at_once

    @property
    def _at_once(self) -> tuple[int, int]:
        """The lines that the page comes with, from one to before another."""
        if self._call.is_live:
            return max(0, len(self._kept) - FIRST_LINES), len(self._kept)
        return 0, min(FIRST_LINES, len(self._kept))

    def _later(self, first: int, end: int) -> Later:
        rows = self._kept[first:end]
        seqs = [row.seq for row in rows]
        revision = sum(row.revision for row in rows)
        return Later(first, end, f"{min(seqs)}-{max(seqs)}", revision)
