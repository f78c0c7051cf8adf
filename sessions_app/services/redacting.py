"""Hides words of calls that are over: by hand, and by patterns."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from sessions_app.engine.core.agent_config import RedactionSettings
from sessions_app.engine.core.errors import UnknownCallError, VoiceError
from sessions_app.engine.core.events import FinalRedacted, SegmentFinal, Speaker, Word
from sessions_app.engine.redaction.finder import Finder, finder_for
from sessions_app.engine.redaction.lines import Hit, Line, hide, span_of_words
from sessions_app.engine.redaction.live import LiveRedactor
from sessions_app.engine.redaction.spans import FoundSpan, merged, replaced
from sessions_app.models import (
    AccessLog,
    Call,
    Extraction,
    Note,
    RedactedOriginal,
    Redaction,
    Segment,
    Summary,
    Version,
    VersionSegment,
)
from sessions_app.models.segment import SegmentSource
from sessions_app.models.work import WorkState
from sessions_app.services import access, erasure, redacted_copies, redactions
from sessions_app.services.transcripts import heard_words, word_row

LABEL = "redacted"
TEXT, REVISED, EDITED = "text", "revised_text", "edited_text"
WORDS_OF = {TEXT: "words", REVISED: "revised_words"}
TEXTS = (TEXT, "heard_text", REVISED, EDITED)
KEPT = (TEXT, "heard_text", "words", REVISED, "revised_words", EDITED)
IN_USE = (Summary, Version, Extraction)
SHORTEST_PHRASE = 3
"""Characters of hidden words that are looked for in notes and the title as well."""


class WordsInUseError(VoiceError):
    """A worker makes something of the words as they are (retryable)."""

    retryable = True


Spans = Mapping[str, Sequence[FoundSpan]]
"""What is to be hidden in a segment, by the field of its text."""


class NothingThereError(VoiceError):
    """There are no words at that place of the call (not retryable)."""


def hide_by_hand(call: Call, user: Any, seq: int, start: int, end: int) -> int:
    """Hides characters `start` to `end` of a segment's shown text, wherever people read them.

    Their sound is owed. Returns how many places are hidden now. Raises NothingThereError, and
    CallLiveError (retryable once it has ended), WordsInUseError (retryable) and LegalHoldError (not
    retryable).
    """
    with transaction.atomic():
        _locked(call)
        segment = Segment.objects.select_for_update().filter(call=call, seq=seq).first()
        shown = "" if segment is None else segment.shown_text
        if segment is None or not shown[max(0, start) : end].strip() or end > len(shown):
            raise NothingThereError("There are no words at that place.")
        span = FoundSpan(max(0, start), end, Redaction.BY_HAND, LABEL)
        phrase = shown[span.start : span.end].strip()
        hits = _hide(call, segment, _everywhere(segment, span))
        redactions.keep_found(call, seq, hits, user)
        _hide_in_versions(call, hits)
        _hide_phrase(call, phrase)
        wanted = redacted_copies.plain(phrase)
        known = len(wanted) >= SHORTEST_PHRASE
        _afterwards(
            call,
            user,
            f"segment {seq}: words hidden",
            lambda text: known and wanted in redacted_copies.plain(text),
        )
    return len(hits)


def hide_by_patterns(call: Call, user: Any, settings: RedactionSettings) -> int:
    """Hides what the settings find in a call; returns how many places.

    Raises BadPatternError (not retryable), and what `hide_by_hand` raises of a call.
    """
    finder = finder_for(settings, call.language)
    with transaction.atomic():
        _locked(call)
        found = 0
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
                hits = _hide(call, segment, spans)
                redactions.keep_found(call, segment.seq, hits, user)
                found += len(hits)
        found += _find_in_versions(call, user, finder)
        beside = [redacted_copies.find_in_history(segment, finder) for segment in segments]
        if _find_in_notes(call, finder) or any(beside) or found:
            what = f"{found} places hidden by patterns"
            _afterwards(call, user, what, lambda text: bool(finder.spans(text)))
    return found


def _locked(call: Call) -> None:
    """Locks the call; raises what keeps its words from being changed."""
    row = Call.objects.select_for_update().filter(pk=call.pk).first()
    if row is None:
        raise UnknownCallError("There is no such call any more.")
    if error := erasure.why_not(row):
        raise error
    at_work = {"state": WorkState.RUNNING, "leased_until__gt": timezone.now()}
    if any(model.objects.filter(call=call, **at_work).exists() for model in IN_USE):
        raise WordsInUseError(
            "A background worker is reading the words of this call. Try again in a minute."
        )


def _afterwards(call: Call, user: Any, what: str, holds: redacted_copies.Holds) -> None:
    """Notes who did it, and empties what was made of the words: nobody reads that any more."""
    access.log(call, user, AccessLog.Action.EDITED, what)
    redacted_copies.forget(call, holds)


# -- one segment --------------------------------------------------------------------------


def _everywhere(segment: Segment, span: FoundSpan) -> Spans:
    """Returns where the words at a span of the shown text are in each of a segment's texts."""
    shown = _shown_field(segment)
    line = Line(segment.shown_text, heard_words(segment.shown_words), *_times(segment))
    hits = hide(line, [span]).hits
    return {
        field: [span] if field == shown else _by_times(_line(segment, field), hits)
        for field in (TEXT, REVISED, EDITED)
        if getattr(segment, field)
    }


def _shown_field(segment: Segment) -> str:
    """Returns whose places those of the shown text are."""
    if segment.edited_text:
        return EDITED
    if segment.revised_at is not None:
        return REVISED
    heard = segment.heard_text
    return TEXT if heard is None or segment.text.startswith(heard) else ""


def _by_times(line: Line, hits: Iterable[Hit]) -> list[FoundSpan]:
    """Returns where the words that were said at the hits' times are; all of a text without any."""
    spans: list[FoundSpan] = []
    for hit in hits:
        kind, label = hit.span.kind, hit.span.label
        said = [at for at, word in enumerate(line.words) if _overlaps(word, hit)]
        if not line.words and line.text:
            spans.append(FoundSpan(0, len(line.text), kind, label))
        elif said and (span := span_of_words(line, said[0], said[-1] + 1, kind, label)):
            spans.append(span)
    return merged(spans)


def _overlaps(word: Word, hit: Hit) -> bool:
    return word.start_ms < hit.end_ms and word.end_ms > hit.start_ms


def _hide(call: Call, segment: Segment, spans: Spans) -> list[Hit]:
    """Hides spans of a segment's texts and words, and saves it; returns what is hidden."""
    _keep_original(call, segment)
    before = {field: getattr(segment, field) or "" for field in TEXTS}
    hits: list[Hit] = []
    for field, found in spans.items():
        if not found:
            continue
        line = _line(segment, field)
        hidden = hide(line, found)
        hits += hidden.hits
        if field == TEXT and segment.heard_text:
            segment.heard_text = _heard(segment, found)
        setattr(segment, field, hidden.text)
        if field in WORDS_OF:
            setattr(segment, WORDS_OF[field], [word_row(word) for word in hidden.words])
    segment.revision += 1  # whoever has the line open must not write the words back
    segment.save()
    now = {before[field]: getattr(segment, field) or "" for field in TEXTS}
    redacted_copies.hide_in_history(segment, now, _first(spans).shown)
    return hits


def _first(spans: Spans) -> FoundSpan:
    return next(span for found in spans.values() for span in found)


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
    for seq in keys.keys() & found.keys():  # places in the key, not in the line
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


def _find_in_notes(call: Call, finder: Finder) -> bool:
    found = False
    for note in Note.objects.filter(call=call):
        if spans := finder.spans(note.text):
            found = True
            Note.objects.filter(pk=note.pk).update(text=replaced(note.text, spans))
    if spans := finder.spans(call.title):
        found = True
        call.title = replaced(call.title, spans)[:200]
        call.save(update_fields=["title"])
    return found


# -- by hand ------------------------------------------------------------------------------


def _hide_in_versions(call: Call, hits: Sequence[Hit]) -> None:
    """Hides in second transcripts what was said at the same times."""
    for row in VersionSegment.objects.filter(version__call=call):
        near = [hit for hit in hits if row.start_ms < hit.end_ms and row.end_ms > hit.start_ms]
        line = Line(row.text, heard_words(row.words), *_times(row))
        if spans := _by_times(line, near):
            hidden = hide(line, spans)
            row.text, row.words = hidden.text, [word_row(word) for word in hidden.words]
            row.save(update_fields=["text", "words"])


def _hide_phrase(call: Call, phrase: str) -> None:
    """Hides the same words in the call's notes and title."""
    if len(phrase) < SHORTEST_PHRASE:
        return
    for note in Note.objects.filter(call=call):
        text = _without(note.text, phrase)
        if text != note.text:
            Note.objects.filter(pk=note.pk).update(text=text)
    title = _without(call.title, phrase)[:200]
    if title != call.title:
        call.title = title
        call.save(update_fields=["title"])


def _without(text: str, phrase: str) -> str:
    """Returns the text without a phrase, whatever its case."""
    lowered, wanted = text.lower(), phrase.lower()
    if len(lowered) != len(text) or wanted not in lowered:
        return text
    at = lowered.index(wanted)
    return text[:at] + f"[{LABEL}]" + _without(text[at + len(wanted) :], phrase)
