"""Makes a call's summary: the work of a Celery worker.

Apart from `summaries`, which every process needs: the rules for English take a fifth of a second
of CPU to import.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import transaction
from django.utils import timezone

from sessions_app.engine.core.agent_config import AgentConfig
from sessions_app.engine.core.events import NoteKind, Speaker
from sessions_app.engine.core.placeholders import filled
from sessions_app.engine.core.usage import UsageKind
from sessions_app.engine.exports.base import ExportSegment, name_of
from sessions_app.engine.summaries import dates, people
from sessions_app.engine.summaries.base import CallBrief, CallSummary, Summariser, SummaryPoint
from sessions_app.engine.summaries.extractive import SMALL_TALK, words_were
from sessions_app.engine.summaries.repairs import repaired
from sessions_app.engine.summaries.shares import shares
from sessions_app.engine.summaries.written_dates import writes_month_first
from sessions_app.engine.text.cleaning import clean, is_invisible
from sessions_app.engine.text.languages import base_of, region_of
from sessions_app.engine.text.writing import count, sentences
from sessions_app.models import Call, Note, Summary, WebhookEvent
from sessions_app.services import (
    corrections,
    exports,
    summary_versions,
    turns,
    usage,
    webhooks,
    work,
)
from sessions_app.services.summaries import without_repeats, words_alone
from sessions_app.services.undirected_speech import RemoveCommands, undirected_rows, without_notes

SCRIBE = "scribe"
"""The responder that writes down and repeats what callers dictate."""


def summarise(
    call: Call, row: Summary, summariser: Summariser, remove_commands: RemoveCommands | None = None
) -> None:
    """Fills a claimed row from the call's transcript and marks it done.

    Without `remove_commands` nothing that was said counts as a request to the agent.
    """
    # before the words: a correction made while they are read then makes the summary outdated
    row.text_revision = corrections.text_revision(call)
    rows = exports.rows(call)
    noted = list(turns.notes_of(call))
    worth = _worth_summing_up(call, rows)
    rest = without_notes(_undirected(call, worth, remove_commands), [note.text for note in noted])
    found = _summed_up(call, worth, rest, noted, summariser)
    row.text = clean(found.text)
    row.key_points = [*_written(noted, NoteKind.NOTE), *_points(found.key_points)]
    asked = without_repeats([*_written(noted, NoteKind.ACTION), *_points(found.action_items)])
    said_at: dict[int | str, int] = {row.seq: row.start_ms for row in rows}
    said_at |= {note.text: note.at_ms for note in noted}
    row.action_items = [
        _facts(item["text"], call, said_at.get(item["seq"] or item["text"], 0)) | item
        for item in asked
    ]
    title = clean(found.title)[:200]
    row.title, row.note = "" if is_invisible(title) else title, clean(found.note)[:500]
    row.decisions = _points(found.decisions)
    row.speakers = [
        {"speaker": s.speaker, "spoken_ms": s.spoken_ms, "words": s.words} for s in shares(rows)
    ]
    row.engine, row.model = found.engine or summariser.name, found.model[:200]
    with transaction.atomic():
        row.number = summary_versions.next_number(call)
        if work.complete(row) and row.done_at is not None:
            summary_versions.keep(row, found)
            usage.keep_model_use(call, UsageKind.SUMMARY, found, row.number)
            webhooks.schedule(WebhookEvent.SUMMARY_READY, call.public_id, row.done_at.isoformat())


def _summed_up(
    call: Call,
    worth: Sequence[ExportSegment],
    rest: Sequence[ExportSegment],
    noted: Sequence[Note],
    summariser: Summariser,
) -> CallSummary:
    """Returns the summary of `rest`: what was said besides the notes, which are listed apart."""
    said = sum(count(row.text) for row in worth)
    if any(count(row.text) for row in rest) or not said:
        found = summariser.summarise_call(brief_of(call, rest))
        if not 0 < found.too_few < said:
            return found
        only = words_were(found.too_few)
        text = f"Beside notes and requests {only.lower()} said, too few to summarise."
        return replace(found, text=text)
    if noted:
        return CallSummary("Everything that was said is in the notes.")
    if all(SMALL_TALK.fullmatch(row.text.strip()) for row in worth if count(row.text)):
        return summariser.summarise_call(brief_of(call, worth))
    return CallSummary("Nothing was said but what the agent was asked for.")


def brief_of(call: Call, rows: Sequence[ExportSegment]) -> CallBrief:
    """Returns a call as summarisers and extractors get it; `rows` are the lines to read."""
    config = AgentConfig.from_json(call.persona)
    name = config.name or call.agent.name
    return CallBrief(rows, call.language, _began(call), name, call.agent.summary_template)


def _undirected(
    call: Call, rows: list[ExportSegment], remove_commands: RemoveCommands | None
) -> Sequence[ExportSegment]:
    if remove_commands is None:
        return rows
    return undirected_rows(rows, remove_commands, list(turns.of_call(call)))


def _facts(text: str, call: Call, said_ms: int) -> dict[str, str]:
    """Returns who an item names, and the day or moment (ISO 8601) that it names, in English.

    Days are counted from the call's, hours from when it was said, `said_ms` on the call clock.
    """
    if base_of(call.language) != "en":
        return {"who": "", "due": ""}
    meant = repaired(text)
    began = _began(call)
    moment = dates.named_time(
        meant,
        began.date(),
        said_at=began + timedelta(milliseconds=said_ms),
        month_first=writes_month_first(region_of(call.language)),
    )
    return {"who": people.person(meant), "due": moment.isoformat() if moment else ""}


def _began(call: Call) -> datetime:
    """Returns when the call began, by the clock of where its agent is."""
    named = AgentConfig.from_json(call.persona).responder_options.get("time_zone", "")
    try:
        zone = ZoneInfo(named) if named else timezone.get_default_timezone()
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError):
        zone = timezone.get_default_timezone()
    return timezone.localtime(call.created_at, zone)


def _worth_summing_up(call: Call, rows: Iterable[ExportSegment]) -> list[ExportSegment]:
    """Returns what was said, without the words that an agent says in every call."""
    config = AgentConfig.from_json(call.persona)
    texts = (filled(config.greeting, call.variables), config.closing_words)
    always = {words_alone(piece) for text in texts for piece in (text, *sentences(text))}
    only_caller = config.responder == SCRIBE
    return [
        row
        for row in rows
        if row.speaker != Speaker.AGENT or not (only_caller or words_alone(row.text) in always)
    ]


def _points(points: Iterable[SummaryPoint]) -> list[dict[str, Any]]:
    return [_point(point) for point in points]


def _point(point: SummaryPoint) -> dict[str, Any]:
    who = clean(point.who) or (name_of(point.speaker) if point.speaker else "")
    made = {"seqs": list(point.seqs), "who": who, "due": point.due}
    told = {name: value for name, value in made.items() if value}
    return {"text": clean(point.text), "seq": point.seq or None, **told}


def _written(notes: Iterable[Note], kind: NoteKind) -> list[dict[str, Any]]:
    """Returns what the agent wrote down: it comes first, since the caller asked for it."""
    return [{"text": note.text, "seq": None} for note in notes if note.kind == kind]
