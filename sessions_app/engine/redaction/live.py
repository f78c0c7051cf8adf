"""Hides words in a live call's events, for everybody but its agent."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from sessions_app.engine.core.errors import traced
from sessions_app.engine.core.events import (
    CallEvent,
    FinalRedacted,
    InterimChanged,
    NotesChanged,
    SegmentFinal,
    Speaker,
    TokenMade,
)
from sessions_app.engine.redaction.finder import Finder
from sessions_app.engine.redaction.lines import Hit, Line, find_in_lines, hide
from sessions_app.engine.redaction.spans import FoundSpan, merged, replaced
from sessions_app.engine.text.writing import ends_sentence

logger = logging.getLogger(__name__)

WITH_WORDS = (InterimChanged, NotesChanged, SegmentFinal, TokenMade)
"""Events that tell what somebody said or wrote."""

MOST_JOINED = 40
"""The most lines that may be parts of one number: each key of a telephone is a line."""

JOINED_WITHIN_MS = 15_000.0
"""Lines further apart than this do not form one number.

Lower shows numbers that are looked up while they are read; higher joins what does not belong.
"""

HIDDEN_KEY = "hidden"
"""What is shown in place of a telephone key that is part of a hidden number."""

LONGEST_SENTENCE = 600
"""Characters of an answer that wait for the end of their sentence."""


@dataclass(frozen=True, slots=True)
class RedactedFinal:
    """What was hidden in a final: `original` as it was said, and the places of it."""

    original: SegmentFinal
    hits: tuple[Hit, ...]


@dataclass(slots=True)
class _Said:
    """One final as it was said, with what has been found in it so far."""

    final: SegmentFinal
    spans: list[FoundSpan] = field(default_factory=list)

    @property
    def line(self) -> Line:
        final = self.final
        return Line(final.key or final.text, final.words, final.start_ms, final.end_ms)


class LiveRedactor:
    """Hides personal data in events. Used on one event loop; never blocks.

    `report` is called with what was hidden before the final is emitted. It is called again if more
    is found in it, as a number may end in a later line; the earlier final is then emitted again, as
    `FinalRedacted`. An event that cannot be redacted is not emitted at all.
    """

    def __init__(self, finder: Finder, report: Callable[[RedactedFinal], None]) -> None:
        self._finder = finder
        self._report = report
        self._said: dict[tuple[Speaker, bool], list[_Said]] = {}
        self._newest: dict[Speaker, str] = {}
        self._tokens: TokenMade | None = None

    def shown(self, event: CallEvent) -> Sequence[CallEvent]:
        """Returns what everybody but the agent gets of an event, in order; may be nothing."""
        try:
            return self._shown(event)
        except Exception as error:  # noqa: BLE001 - the call goes on, and nothing is shown
            logger.error("an event could not be redacted: %s", traced(error))
            return () if isinstance(event, WITH_WORDS) else (event,)

    def _shown(self, event: CallEvent) -> Sequence[CallEvent]:
        if isinstance(event, TokenMade):
            return self._token(event)
        if isinstance(event, InterimChanged):
            return (self._interim(event),)
        if isinstance(event, SegmentFinal):
            return (*self._rest_of_tokens(), *self._final(event))
        if isinstance(event, NotesChanged):
            return (*self._rest_of_tokens(), self._notes(event))
        return (*self._rest_of_tokens(), event)

    # -- finals -------------------------------------------------------------------------

    def _final(self, final: SegmentFinal) -> list[CallEvent]:
        place = final.speaker, bool(final.key)
        chain = self._chain(place, final.start_ms)
        said = [*chain, _Said(final)]
        changed = self._find(said, self._before(final.speaker))
        for one in changed:
            self._report(RedactedFinal(one.final, hide(one.line, one.spans).hits))
        goes_on = self._finder.is_only_number(said[-1].line.text)
        self._said[place] = said[-MOST_JOINED:] if goes_on else said[-1:]
        self._newest[final.speaker] = final.text
        earlier = [FinalRedacted(self._as_shown(one)) for one in said[:-1] if one in changed]
        return [*earlier, self._as_shown(said[-1])]

    def _chain(self, place: tuple[Speaker, bool], start_ms: float) -> list[_Said]:
        """Returns the previous lines that a line at `start_ms` may continue."""
        said = self._said.get(place, [])
        late = not said or start_ms - said[-1].final.end_ms > JOINED_WITHIN_MS
        return [] if late else said

    def _before(self, speaker: Speaker) -> str:
        """Returns what the other side said last: it may say what number follows."""
        other = Speaker.AGENT if speaker is Speaker.CALLER else Speaker.CALLER
        return self._newest.get(other, "")

    def _find(self, said: Sequence[_Said], before: str) -> list[_Said]:
        """Adds what is found in lines to them; returns those in which more is hidden now."""
        changed: list[_Said] = []
        joined = find_in_lines(self._finder, [one.line for one in said], before)
        if len(said) > 1:
            joined[-1] += find_in_lines(self._finder, [said[-1].line], before)[0]
        for one, found in zip(said, joined, strict=True):
            spans = merged([*one.spans, *found])
            if spans != one.spans:
                one.spans = spans
                changed.append(one)
        return changed

    def _as_shown(self, one: _Said) -> SegmentFinal:
        final, spans = one.final, one.spans
        utterance = self._plain(final.utterance)
        if not spans:
            return replace(final, utterance=utterance) if final.utterance else final
        if final.key:
            shown = final.text.replace(final.key, spans[0].shown)
            return replace(final, text=shown, key=HIDDEN_KEY)
        hidden = hide(one.line, spans)
        heard = None if final.heard_text is None else self._heard(final, spans)
        return replace(
            final, text=hidden.text, words=hidden.words, heard_text=heard, utterance=utterance
        )

    def _heard(self, final: SegmentFinal, spans: Sequence[FoundSpan]) -> str:
        """Returns what was heard of an answer: a number that was cut off in it is hidden, too."""
        heard = final.heard_text or ""
        if not final.text.startswith(heard):
            return self._plain(heard)
        begun = [span for span in spans if span.start < len(heard)]
        return replaced(heard, [replace(s, end=min(s.end, len(heard))) for s in begun])

    def _plain(self, text: str) -> str:
        return replaced(text, self._finder.spans(text)) if text else text

    # -- everything else ----------------------------------------------------------------

    def _interim(self, event: InterimChanged) -> InterimChanged:
        """Hides numbers, and one that is not finished yet."""
        if not event.text:
            return event
        chain = self._chain((event.speaker, False), event.start_ms)
        lines = [one.line.text for one in chain]
        whole = " ".join([*lines, event.text])
        at = len(whole) - len(event.text)
        found = self._finder.spans(whole, self._before(event.speaker))
        begun = self._finder.begun(whole)
        spans = merged([*found, *([begun] if begun is not None else [])])
        own = [
            replace(span, start=max(0, span.start - at), end=span.end - at)
            for span in spans
            if span.end > at
        ]
        return replace(event, text=replaced(event.text, own)) if own else event

    def _notes(self, event: NotesChanged) -> NotesChanged:
        before = self._newest.get(Speaker.CALLER, "")
        notes = tuple(
            replace(note, text=replaced(note.text, self._finder.spans(note.text, before)))
            for note in event.notes
        )
        return replace(event, notes=notes)

    def _token(self, event: TokenMade) -> list[CallEvent]:
        """Keeps pieces of an answer back until their sentence is whole."""
        earlier: list[CallEvent] = []
        waiting = self._tokens
        if waiting is not None and waiting.turn != event.turn:
            earlier, waiting = self._rest_of_tokens(), None
        text = event.text if waiting is None else waiting.text + event.text
        self._tokens = TokenMade(event.turn, text)
        whole = ends_sentence(text.rstrip()) and text[-1:].isspace()
        if whole or len(text) > LONGEST_SENTENCE:
            return [*earlier, *self._rest_of_tokens()]
        return earlier

    def _rest_of_tokens(self) -> list[CallEvent]:
        waiting, self._tokens = self._tokens, None
        return [] if waiting is None else [replace(waiting, text=self._plain(waiting.text))]
