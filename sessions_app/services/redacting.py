"""Hides words of calls that are over: by hand, and by patterns."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from sessions_app.engine.core.agent_config import RedactionSettings
from sessions_app.engine.core.errors import UnknownCallError, VoiceError
from sessions_app.engine.core.events import FinalRedacted, SegmentFinal, Speaker, Word
from sessions_app.engine.redaction.finder import Finder, finder_for
from sessions_app.engine.redaction.lines import Hit, Line, hide, span_of_words
from sessions_app.engine.redaction.live import LiveRedactor
from sessions_app.engine.redaction.spans import FoundSpan, merged, replaced
from sessions_app.engine.text.realigning import realigned
from sessions_app.models import (
    AccessLog,
    Call,
    Extraction,
    RedactedOriginal,
    Redaction,
    Segment,
    SegmentRevision,
    Summary,
    Version,
    VersionSegment,
)
from sessions_app.models.segment import SegmentSource
from sessions_app.models.work import WorkState
from sessions_app.services import access, erasure, redacted_traces, redactions
from sessions_app.services.redacted_traces import Hide, Phrase
from sessions_app.services.transcripts import heard_words, word_row

LABEL = "redacted"
TEXT, REVISED, EDITED = "text", "revised_text", "edited_text"
WORDS_OF = {TEXT: "words", REVISED: "revised_words"}
KEPT = (TEXT, "heard_text", "words", REVISED, "revised_words", EDITED)
READERS = (Summary, Version, Extraction)
"""Jobs that read the words."""


class WordsInUseError(VoiceError):
    """A worker is reading the words just now (retryable)."""

    retryable = True


Spans = Mapping[str, Sequence[FoundSpan]]
"""What is to be hidden in a segment, by the field of its text."""


class NothingThereError(VoiceError):
    """There are no words at that place of the call (not retryable)."""


def hide_by_hand(call: Call, user: Any, seq: int, start: int, end: int) -> int:
    """Hides characters `start` to `end` of a segment's shown text, wherever people read them.

    Queues hiding their sound. Returns how many places are hidden now. Raises NothingThereError,
    and CallLiveError (retryable once it has ended), WordsInUseError (retryable) and LegalHoldError
    (not retryable).
    """
    with transaction.atomic():
        _locked(call)
        segment = Segment.objects.select_for_update().filter(call=call, seq=seq).first()
        shown = "" if segment is None else segment.shown_text
        if segment is None or not shown[max(0, start) : end].strip() or end > len(shown):
            raise NothingThereError(gettext("There are no words at that place."))
        span = FoundSpan(max(0, start), end, Redaction.BY_HAND, LABEL)
        chosen = Phrase(shown[span.start : span.end], LABEL, chosen=True)
        found = _hide(call, segment, _matching_spans(segment, span), [chosen])
        redactions.keep_found(call, seq, found.hits, user)
        phrases = [*found.phrases, *_hide_in_versions(call, segment, found)]
        without = redacted_traces.without(phrases)
        redacted_traces.hide_in_call(call, without)
        _afterwards(call, user, f"segment {seq}: words hidden", without)
    return len(found.hits)


def hide_by_patterns(call: Call, user: Any, settings: RedactionSettings) -> int:
    """Hides what the settings find in a call; returns how many places.

    Raises BadPatternError (not retryable), and what `hide_by_hand` raises of a call.
    """
    finder = finder_for(settings, call.language)
    with transaction.atomic():
        _locked(call)
        found, phrases = 0, list[Phrase]()
        segments = list(Segment.objects.filter(call=call).order_by("start_ms", "seq"))
        base = _spans(finder, map(_final, segments))
        revised = _spans(finder, (_revised(s) for s in segments if s.revised_at is not None))
        for segment in segments:
            spans = {
                TEXT: base.get(segment.seq, ()),
                REVISED: revised.get(segment.seq, ()),
                EDITED: finder.spans(segment.edited_text) if segment.edited_text else (),
            }
            if any(spans.values()):
                hidden = _hide(call, segment, spans)
                redactions.keep_found(call, segment.seq, hidden.hits, user)
                found += len(hidden.hits)
                phrases += hidden.phrases
        found += _find_in_versions(call, user, finder)
        without = _found_or_hidden(finder, phrases)
        history = SegmentRevision.objects.filter(segment__call=call)
        beside = redacted_traces.hide_in_revisions(history, _found_or_hidden(finder, ()))
        beside |= redacted_traces.hide_in_call(call, without)
        if found or beside:
            _afterwards(call, user, f"{found} places hidden by patterns", without)
    return found


def _found_or_hidden(finder: Finder, phrases: Sequence[Phrase]) -> Hide:
    """Returns a function that removes the finder's hits and the phrases."""
    without = redacted_traces.without(phrases)
    return lambda text: without(replaced(text, finder.spans(text)))


def _locked(call: Call) -> None:
    """Locks the call; raises the error that keeps its words from being changed, if any."""
    row = Call.objects.select_for_update().filter(pk=call.pk).first()
    if row is None:
        raise UnknownCallError(gettext("There is no such call any more."))
    if error := erasure.why_not(row):
        raise error
    at_work = {"state": WorkState.RUNNING, "leased_until__gt": timezone.now()}
    if any(model.objects.filter(call=call, **at_work).exists() for model in READERS):
        raise WordsInUseError(
            gettext("A background worker is reading the words of this call. Try again in a minute.")
        )


def _afterwards(call: Call, user: Any, what: str, without: Hide) -> None:
    """Logs who did it, and queues the derived data again; the old data is no longer shown."""
    access.log(call, user, AccessLog.Action.EDITED, what)
    redacted_traces.rebuild_derived(call, without)


# -- one segment --------------------------------------------------------------------------


def _matching_spans(segment: Segment, span: FoundSpan) -> Spans:
    """Returns the spans matching one of the shown text in each of the segment's texts."""
    shown = _shown_field(segment)
    line = Line(segment.shown_text, heard_words(segment.shown_words), *_times(segment))
    hits = hide(line, [span]).hits
    return {
        field: [span] if field == shown else _by_times(_line(segment, field), hits)
        for field in (TEXT, REVISED, EDITED)
        if getattr(segment, field)
    }


def _shown_field(segment: Segment) -> str:
    """Returns the field that the shown text's offsets refer to; empty if to none."""
    if segment.edited_text:
        return EDITED
    if segment.revised_at is not None:
        return REVISED
    heard = segment.heard_text
    return TEXT if heard is None or segment.text.startswith(heard) else ""


def _by_times(line: Line, hits: Iterable[Hit]) -> list[FoundSpan]:
    """Returns the spans of words said at the hits' times; the whole text if it has no words."""
    spans: list[FoundSpan] = []
    for hit in hits:
        kind, label = hit.span.kind, hit.span.label
        said = [at for at, word in enumerate(line.words) if _overlap(word, hit)]
        if not line.words and line.text:
            spans.append(FoundSpan(0, len(line.text), kind, label))
        elif said and (span := span_of_words(line, said[0], said[-1] + 1, kind, label)):
            spans.append(span)
    return merged(spans)


class _ClockSpan(Protocol):
    """Something with a start and an end on the call clock."""

    @property
    def start_ms(self) -> float: ...

    @property
    def end_ms(self) -> float: ...


def _overlap(one: _ClockSpan, other: _ClockSpan) -> bool:
    """Returns whether they overlap; typed text has zero length, and overlaps all at its time."""
    if one.start_ms == one.end_ms or other.start_ms == other.end_ms:
        return one.start_ms <= other.end_ms and one.end_ms >= other.start_ms
    return one.start_ms < other.end_ms and one.end_ms > other.start_ms


@dataclass(frozen=True, slots=True)
class _Hidden:
    """What was hidden of a segment: its places, and its words in each of the texts."""

    hits: list[Hit]
    phrases: list[Phrase]


def _hide(call: Call, segment: Segment, spans: Spans, chosen: Sequence[Phrase] = ()) -> _Hidden:
    """Hides spans of a segment's texts, words and history, and saves it; returns what is hidden.

    Somebody who is correcting it at the same time gets the error that it has changed.
    """
    _keep_original(call, segment)
    done = _Hidden([], list(chosen))
    heard = heard_words(segment.words)
    lines = {field: _line(segment, field) for field, found in spans.items() if found}
    for field, line in lines.items():
        found = spans[field]
        hidden = hide(line, found)
        done.hits.extend(hidden.hits)
        done.phrases.extend(Phrase(line.text[s.start : s.end], s.label) for s in found)
        if field == TEXT and segment.heard_text:
            segment.heard_text = _heard(segment, found)
        setattr(segment, field, hidden.text)
        if field in WORDS_OF:
            setattr(segment, WORDS_OF[field], [word_row(word) for word in hidden.words])
    segment.revision += 1
    segment.save()
    _hide_in_history(segment, heard, done)
    return done


def _hide_in_history(segment: Segment, heard: Sequence[Word], done: _Hidden) -> None:
    """Hides words said at the same times, and the same words, in the segment's history."""

    def without(text: str) -> str:
        words = realigned(heard, text, *_times(segment))
        line = Line(text, words, *_times(segment))
        spans = [*_by_times(line, done.hits), *redacted_traces.spans_of(text, done.phrases)]
        return replaced(text, merged(spans))

    redacted_traces.hide_in_revisions(SegmentRevision.objects.filter(segment=segment), without)


def _heard(segment: Segment, spans: Sequence[FoundSpan]) -> str:
    heard = segment.heard_text or ""
    if not segment.text.startswith(heard):
        return spans[0].shown
    begun = [span for span in spans if span.start < len(heard)]
    cut = [FoundSpan(s.start, min(s.end, len(heard)), s.kind, s.label) for s in begun]
    return replaced(heard, cut)


def _line(segment: Segment, field: str) -> Line:
    words = segment.shown_words if field == EDITED else getattr(segment, WORDS_OF[field])
    return Line(getattr(segment, field), heard_words(words), *_times(segment))


def _times(segment: Segment | VersionSegment) -> tuple[int, int]:
    return segment.start_ms, segment.end_ms


def _keep_original(call: Call, segment: Segment) -> None:
    """Keeps what the segment was, where the agent says so, unless an earlier one is kept."""
    if call.agent.redact_keep_original:
        texts = {field: getattr(segment, field) for field in KEPT}
        RedactedOriginal.objects.get_or_create(
            call=call, seq=segment.seq, defaults={"texts": texts}
        )


# -- by patterns --------------------------------------------------------------------------


def _spans(finder: Finder, finals: Iterable[SegmentFinal]) -> dict[int, list[FoundSpan]]:
    """Returns what is to be hidden in lines, in the order in which they were said, by `seq`."""
    found: dict[int, list[FoundSpan]] = {}
    redactor = LiveRedactor(
        finder, lambda one: found.update({one.original.seq: [hit.span for hit in one.hits]})
    )
    keys: dict[int, int] = {}
    for final in finals:
        redactor.shown(final)
        if final.key:
            keys[final.seq] = final.text.index(final.key)
    for seq in keys.keys() & found.keys():  # positions in the key, not in the line
        at = keys[seq]
        found[seq] = [FoundSpan(at + s.start, at + s.end, s.kind, s.label) for s in found[seq]]
    return found


def _final(segment: Segment) -> SegmentFinal:
    key = segment.text.rpartition(" ")[2] if segment.source == SegmentSource.KEYPAD else ""
    words = heard_words(segment.words)
    return SegmentFinal(
        segment.seq, Speaker(segment.speaker), segment.text, *_times(segment), words, key=key
    )


def _revised(segment: Segment) -> SegmentFinal:
    words = heard_words(segment.revised_words)
    text, speaker = segment.revised_text, Speaker(segment.speaker)
    return SegmentFinal(segment.seq, speaker, text, *_times(segment), words)


def _find_in_versions(call: Call, user: Any, finder: Finder) -> int:
    found = 0
    for version in call.versions.all():
        hits = redact_rows(finder, list(version.segments.order_by("start_ms", "index")))
        for row, own in hits:
            row.save(update_fields=["text", "words"])
            redactions.keep_found(call, row.seq or 0, own, user)
            found += len(own)
    return found


def redact_rows(
    finder: Finder, rows: Sequence[VersionSegment]
) -> list[tuple[VersionSegment, tuple[Hit, ...]]]:
    """Hides what is found in a version's rows, in order; returns those, with what is hidden."""
    hits: dict[int, tuple[Hit, ...]] = {}
    shown: dict[int, SegmentFinal] = {}
    redactor = LiveRedactor(finder, lambda one: hits.update({one.original.seq: one.hits}))
    for at, row in enumerate(rows):
        words, speaker = heard_words(row.words), Speaker(row.speaker)
        said = SegmentFinal(at, speaker, row.text, *_times(row), words)
        for event in redactor.shown(said):
            final = event.final if isinstance(event, FinalRedacted) else event
            if isinstance(final, SegmentFinal):
                shown[final.seq] = final
    for at in hits:
        rows[at].text = shown[at].text
        rows[at].words = [word_row(word) for word in shown[at].words]
    return [(rows[at], hits[at]) for at in sorted(hits)]


# -- by hand ------------------------------------------------------------------------------


def _hide_in_versions(call: Call, segment: Segment, done: _Hidden) -> list[Phrase]:
    """Hides in second transcripts what was said at the same times, and the same words there.

    Returns the wording those versions used.
    """
    phrases: list[Phrase] = []
    for row in VersionSegment.objects.filter(version__call=call):
        line = Line(row.text, heard_words(row.words), *_times(row))
        near = [hit for hit in done.hits if _overlap(row, hit)]
        same = done.phrases if row.seq == segment.seq or _overlap(row, segment) else ()
        spans = merged([*_by_times(line, near), *redacted_traces.spans_of(row.text, same)])
        if spans:
            hidden = hide(line, spans)
            phrases += [Phrase(row.text[span.start : span.end], span.label) for span in spans]
            row.text, row.words = hidden.text, [word_row(word) for word in hidden.words]
            row.save(update_fields=["text", "words"])
    return phrases
