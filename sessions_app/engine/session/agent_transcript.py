"""What the agent says as the caller hears it: captions while it sounds, segments after."""

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
from sessions_app.engine.session.transcribing import SegmentNumbers
from sessions_app.engine.text.writing import ends_sentence, join_sentences

COLONS = (":", "\uff1a")
"""End a segment as well as the marks of sentences do: a list follows."""


class AgentTranscript:
    """Turns the playout's progress into the agent's side of the transcript.

    Pieces of one sentence become one segment, and so does a phrase that is said as a `whole`.
    `turn` is the index of the agent's turn.
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
        self._heard: list[AnswerPiece] = []
        self._sounding: AnswerPiece | None = None
        self._unvoiced: list[str] = []
        self._unvoiced_ms, self._unvoiced_heard = 0.0, True
        self._whole = False
        self._caption = ""
        self._left = ""
        self.turn = 0
        self.said: list[str] = []
        """What the caller heard since `begin`, sentence by sentence."""

        self.progress: list[AnswerPiece] = []
        """The pieces of which something was heard since `begin`."""

    @property
    def said_text(self) -> str:
        """What the caller heard since `begin`, as one text."""
        return join_sentences(self.said)

    def begin(self, turn: int, *, whole: bool = False) -> None:
        """Starts an answer, or a phrase that is one segment."""
        self.turn = turn
        self._whole = whole
        self._left = ""
        self.said = []
        self.progress = []

    def on_first(self, piece: AnswerPiece) -> None:
        """The first sound of a piece went out."""
        self._flush_unvoiced()
        self._sounding = piece
        self.progress.append(piece)

    def on_finished(self, piece: AnswerPiece) -> None:
        """All of a piece was heard."""
        self._sounding = None
        self._heard.append(piece)
        if not self._whole and (ends_sentence(piece.text) or piece.text.endswith(COLONS)):
            self.flush()

    def on_mute(self, piece: AnswerPiece, now_ms: float, *, heard: bool = True) -> None:
        """A piece has no sound: its text is shown instead, and counts as `heard` or does not."""
        self._flush_voiced()
        self._unvoiced.append(piece.text)
        self._unvoiced_ms, self._unvoiced_heard = now_ms, heard
        if not self._whole:
            self._flush_unvoiced()

    def token(self, text: str) -> None:
        """Tells of the next piece of the answer as it was generated."""
        self._emit(TokenMade(self.turn, text))

    def flush(self) -> None:
        """Makes a segment of the pieces said since the last one."""
        self._flush_voiced()
        self._flush_unvoiced()

    def _flush_unvoiced(self) -> None:
        text, self._unvoiced = join_sentences(self._unvoiced), []
        if text:
            at_ms = self._unvoiced_ms
            self._final(text, at_ms, at_ms, (), None if self._unvoiced_heard else "")

    def _flush_voiced(self) -> None:
        heard, self._heard = self._heard, []
        if not heard:
            return
        text = join_sentences(piece.text for piece in heard)
        end = self._playout.clock_ms(heard[-1], heard[-1].made_ms)
        self._final(text, self._playout.start_ms(heard[0]), end, self._words(heard))

    def caption(self) -> None:
        """Tells what has been heard of the present sentence, if it changed."""
        sounding = self._sounding
        parts = [piece.text for piece in self._heard]
        if sounding is not None:
            parts.append(sounding.heard(self._playout.position_ms(sounding)))
        text = join_sentences(parts)
        if text == self._caption or sounding is None:
            return
        self._caption = text
        first = self._heard[0] if self._heard else sounding
        start = self._playout.start_ms(first)
        end = self._playout.clock_ms(sounding, self._playout.position_ms(sounding))
        self._emit(InterimChanged(self._numbers.upcoming, Speaker.AGENT, text, start, end))

    def cut(self, unbegun: Sequence[str], now_ms: float) -> None:
        """Ends the answer where it is: `unbegun` was generated, and not a sound of it heard."""
        self._flush_unvoiced()
        sounding, self._sounding = self._sounding, None
        heard_pieces, self._heard = self._heard, []
        pieces = [*heard_pieces, *([sounding] if sounding else [])]
        part = sounding.heard(self._playout.position_ms(sounding)) if sounding else ""
        heard = join_sentences([*(p.text for p in heard_pieces), part])
        full = join_sentences([*(p.text for p in pieces), *unbegun])
        self._left = full.removeprefix(heard).strip()
        if not full:
            return
        if heard == full:
            self._heard = pieces
            self.flush()
            return
        start = self._playout.start_ms(pieces[0]) if pieces else now_ms
        end = start
        if pieces:
            last = pieces[-1]
            end = self._playout.clock_ms(last, self._playout.position_ms(last))
        words = tuple(w for w in self._words(pieces) if w.end_ms <= end + 1) if heard else ()
        self._final(full, start, end, words, heard)

    def rest(self, *, wanted: bool) -> str:
        """Returns, once, what was cut off of the last answer, if no other has begun since."""
        left, self._left = self._left, ""
        return left if wanted else ""

    def take_back(self) -> None:
        """What was said so far was no part of the answer: what was heard of it stays, as it was."""
        self._flush_unvoiced()
        sounding, self._sounding = self._sounding, None
        pieces, self._heard = self._heard, []
        if sounding is not None:
            pieces = [*pieces, sounding]
        heard = [piece.heard(self._playout.position_ms(piece)) for piece in pieces]
        text = join_sentences(heard)
        if not pieces or not text:
            self._hide()
            return
        last = pieces[-1]
        end = self._playout.clock_ms(last, self._playout.position_ms(last))
        words = tuple(w for w in self._words(pieces) if w.end_ms <= end + 1)
        self._final(text, self._playout.start_ms(pieces[0]), end, words)

    def _hide(self) -> None:
        """Takes the caption away, of which no segment comes."""
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
            self._hide()
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
            )
        )
