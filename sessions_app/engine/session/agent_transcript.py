"""The agent's side of the transcript, by what was played: captions first, then segments."""

from collections.abc import Callable, Sequence

from sessions_app.engine.agent.reply import AnswerPiece
from sessions_app.engine.audio.playout import Playout
from sessions_app.engine.core.events import (
    CallEvent,
    InterimChanged,
    SegmentFinal,
    Speaker,
    TokenMade,
    Word,
)
from sessions_app.engine.session.transcriber import SegmentNumbers
from sessions_app.engine.text.writing import ends_sentence, join_sentences

COLONS = (":", "\uff1a")
"""A colon at the end of a piece ends a segment, as a full stop does: a list follows."""


class AgentTranscript:
    """Turns the playout's progress into captions (interims) and segments (finals).

    The pieces of one sentence become one segment, and so does a whole fixed phrase. `turn` is the
    number of the agent's turn. All times are on the call clock, in ms.
    """

    def __init__(
        self,
        playout: Playout,
        numbers: SegmentNumbers,
        language: str,
        emit: Callable[[CallEvent], None],
    ) -> None:
        self._playout = playout
        self._numbers = numbers
        self._language = language
        self._emit = emit
        self._played: list[AnswerPiece] = []
        self._playing: AnswerPiece | None = None
        self._unvoiced: list[str] = []
        self._unvoiced_ms, self._unvoiced_heard = 0.0, True
        self._one_segment = False
        self._caption = ""
        self._unheard_rest = ""
        self.turn = 0
        self._said_by = 0
        self.said: list[str] = []
        """What the caller heard since `begin`, sentence by sentence."""

        self.started: list[AnswerPiece] = []
        """The pieces that started to play since `begin`."""

    @property
    def said_text(self) -> str:
        """What the caller heard since `begin`, as one text."""
        return join_sentences(self.said)

    def begin(self, turn: int, *, one_segment: bool = False, said_by: int = 0) -> None:
        """Starts an answer, or with `one_segment` a phrase that is not split into sentences.

        `said_by` is the key of the user who typed it; 0 for the agent's own words.
        """
        self.turn = turn
        self._said_by = said_by
        self._one_segment = one_segment
        self._unheard_rest = ""
        self.said = []
        self.started = []

    def piece_started(self, piece: AnswerPiece) -> None:
        """Takes a piece whose first packet was sent."""
        self._flush_unvoiced()
        self._playing = piece
        self.started.append(piece)

    def piece_finished(self, piece: AnswerPiece) -> None:
        """Takes a piece whose last packet was sent."""
        self._playing = None
        self._played.append(piece)
        if not self._one_segment and (ends_sentence(piece.text) or piece.text.endswith(COLONS)):
            self.flush()

    def piece_without_audio(self, piece: AnswerPiece, now_ms: float, *, heard: bool = True) -> None:
        """Takes a piece that is shown as text only; `heard` says whether it counts as said."""
        self._flush_voiced()
        self._unvoiced.append(piece.text)
        self._unvoiced_ms, self._unvoiced_heard = now_ms, heard
        if not self._one_segment:
            self._flush_unvoiced()

    def token(self, text: str) -> None:
        """Emits the next token of the answer as it was generated."""
        self._emit(TokenMade(self.turn, text))

    def flush(self) -> None:
        """Emits a segment of the pieces that were played since the last segment."""
        self._flush_voiced()
        self._flush_unvoiced()

    def _flush_unvoiced(self) -> None:
        text, self._unvoiced = join_sentences(self._unvoiced), []
        if text:
            at_ms = self._unvoiced_ms
            self._final(text, at_ms, at_ms, (), None if self._unvoiced_heard else "")

    def _flush_voiced(self) -> None:
        played, self._played = self._played, []
        if not played:
            return
        text = join_sentences(piece.text for piece in played)
        end = self._playout.clock_ms(played[-1], played[-1].made_ms)
        self._final(text, self._playout.start_ms(played[0]), end, self._words(played))

    def update_caption(self) -> None:
        """Emits what has been heard of the current sentence, if that changed."""
        playing = self._playing
        parts = [piece.text for piece in self._played]
        if playing is not None:
            parts.append(playing.heard(self._playout.position_ms(playing)))
        text = join_sentences(parts)
        if text == self._caption or playing is None:
            return
        self._caption = text
        first = self._played[0] if self._played else playing
        start = self._playout.start_ms(first)
        end = self._playout.clock_ms(playing, self._playout.position_ms(playing))
        self._emit(InterimChanged(self._numbers.upcoming, Speaker.AGENT, text, start, end))

    def cut(self, unplayed: Sequence[str], now_ms: float) -> None:
        """Ends the answer at the current position.

        `unplayed` is generated text of which nothing was played.
        """
        self._flush_unvoiced()
        playing, self._playing = self._playing, None
        played, self._played = self._played, []
        pieces = [*played, *([playing] if playing else [])]
        part = playing.heard(self._playout.position_ms(playing)) if playing else ""
        heard = join_sentences([*(p.text for p in played), part])
        full = join_sentences([*(p.text for p in pieces), *unplayed])
        self._unheard_rest = full.removeprefix(heard).strip()
        if not full:
            return
        if heard == full:
            self._played = pieces
            self.flush()
            return
        start = self._playout.start_ms(pieces[0]) if pieces else now_ms
        end = start
        if pieces:
            last = pieces[-1]
            end = self._playout.clock_ms(last, self._playout.position_ms(last))
        words = tuple(w for w in self._words(pieces) if w.end_ms <= end + 1) if heard else ()
        self._final(full, start, end, words, heard)

    def pop_unheard_rest(self) -> str:
        """Returns and forgets the text that `cut` cut off; empty once another answer has begun."""
        rest, self._unheard_rest = self._unheard_rest, ""
        return rest

    def retract(self) -> None:
        """Ends what was said so far without the rest, as it turned out to be no answer.

        What the caller heard of it stays in the transcript.
        """
        self._flush_unvoiced()
        playing, self._playing = self._playing, None
        pieces, self._played = self._played, []
        if playing is not None:
            pieces = [*pieces, playing]
        heard = [piece.heard(self._playout.position_ms(piece)) for piece in pieces]
        text = join_sentences(heard)
        if not pieces or not text:
            self._clear_caption()
            return
        last = pieces[-1]
        end = self._playout.clock_ms(last, self._playout.position_ms(last))
        words = tuple(w for w in self._words(pieces) if w.end_ms <= end + 1)
        self._final(text, self._playout.start_ms(pieces[0]), end, words)

    def _clear_caption(self) -> None:
        """Clears a caption that no segment will follow."""
        if self._caption:
            self._emit(InterimChanged(self._numbers.upcoming, Speaker.AGENT, "", 0.0, 0.0))
        self._caption = ""

    def _words(self, pieces: Sequence[AnswerPiece]) -> tuple[Word, ...]:
        clock = self._playout.clock_ms
        return tuple(
            Word(piece.text[w.start : w.end], clock(piece, w.start_ms), clock(piece, w.end_ms))
            for piece in pieces
            for w in piece.words
        )

    def _final(
        self,
        text: str,
        start_ms: float,
        end_ms: float,
        words: tuple[Word, ...],
        heard: str | None = None,
    ) -> None:
        if heard is None or heard:
            self.said.append(text if heard is None else heard)
        if heard == "":
            self._clear_caption()
        self._caption = ""
        self._emit(
            SegmentFinal(
                seq=self._numbers.take(),
                speaker=Speaker.AGENT,
                text=text,
                start_ms=start_ms,
                end_ms=max(start_ms, end_ms),
                words=words,
                language=self._language,
                heard_text=heard,
                turn=self.turn,
                said_by=self._said_by,
            )
        )
