"""The context of the admin's page of one call, besides its form fields."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.urls import reverse
from django.utils.translation import gettext

from sessions_app.admin import parting, second_pass
from sessions_app.admin.display import NOTHING, badge, moment, time_or_dash
from sessions_app.engine.core.call_data import as_text
from sessions_app.engine.core.events import Speaker
from sessions_app.engine.core.party import visitor_name
from sessions_app.engine.core.usage import UsageKind
from sessions_app.engine.exports.registry import FORMATS
from sessions_app.engine.summaries.taking import fields_of
from sessions_app.engine.understanding.fields import display_value, label_of
from sessions_app.models import (
    AccessLog,
    Call,
    Extraction,
    Recording,
    Summary,
    Version,
)
from sessions_app.models.work import UNDER_WAY, LeasedJob, WorkState
from sessions_app.runtime import recogniser_use
from sessions_app.services import (
    live_desk,
    redactions,
    summary_display,
    summary_versions,
    turns,
    usage,
)
from sessions_app.services.call_parts import Asked
from sessions_app.services.summary_display import Places, places_of

SHOWN_ACCESSES = 50
"""How many entries of the access log a call's page shows, the newest first."""


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """One line of the timeline; `kind` picks its colour by CSS class."""

    at: datetime | None
    """None if the time was not stored."""

    what: str
    kind: str = "plain"


@dataclass(frozen=True, slots=True)
class TakenRow:
    """A value that was taken from the call; `places` are the segments it rests on."""

    label: str
    value: str
    corrected: bool
    places: Places


def recording_of(call: Call) -> Recording | None:
    try:
        return call.recording
    except ObjectDoesNotExist:
        return None


def summary_of(call: Call) -> Summary | None:
    try:
        return call.summary
    except ObjectDoesNotExist:
        return None


def extraction_of(call: Call) -> Extraction | None:
    return getattr(call, "extraction", None)


def _life(call: Call) -> Iterator[TimelineRow]:
    yield TimelineRow(
        call.created_at,
        gettext("Call created: {get_door_display}, {transport}").format(
            get_door_display=call.get_door_display(), transport=call.transport
        ),
    )
    if call.consented_at:
        notice = (
            gettext(" (notice {consent_notice})").format(consent_notice=call.consent_notice)
            if call.consent_notice
            else ""
        )
        yield TimelineRow(
            call.consented_at,
            gettext("Caller agreed to be recorded{notice}").format(notice=notice),
            "good",
        )
    if call.answered_at:
        yield TimelineRow(call.answered_at, gettext("Answered"))
    if call.heartbeat_at:
        yield TimelineRow(
            call.heartbeat_at,
            gettext("Last heartbeat of worker {nothing}").format(nothing=call.worker or NOTHING),
        )
    if call.ended_at:
        kind = "bad" if call.state == "failed" else "plain"
        reason = _end(call) if call.end_reason else gettext("no reason recorded")
        yield TimelineRow(call.ended_at, f"{call.get_state_display()}: {reason}", kind)


def _work(name: str, work: LeasedJob | None) -> Iterator[TimelineRow]:
    if work is None:
        return
    if work.done_at:
        yield TimelineRow(work.done_at, gettext("{name} done").format(name=name), "good")
    if work.state == WorkState.FAILED:
        yield TimelineRow(
            None, gettext("{name} failed: {error}").format(name=name, error=work.error), "bad"
        )


def _versions(call: Call) -> Iterator[TimelineRow]:
    for version in Version.objects.filter(call=call):
        yield from _work(
            gettext("Transcript {number} by {recogniser}").format(
                number=version.number, recogniser=version.recogniser
            ),
            version,
        )


def _whispers(call: Call) -> Iterator[TimelineRow]:
    for act in live_desk.acts_of(call).exclude(text=""):
        who = act.user.get_username() if act.user else gettext("a deleted user")
        yield TimelineRow(
            act.created_at,
            gettext("{who} whispered to the agent: {text}").format(who=who, text=act.text),
        )


def _accesses(call: Call) -> Iterator[TimelineRow]:
    entries = AccessLog.objects.filter(call=call).select_related("user", "link").order_by("-at")
    for entry in entries[:SHOWN_ACCESSES]:
        who = (
            entry.user.get_username()
            if entry.user
            else str(entry.link or gettext("a deleted user"))
        )
        detail = f" ({entry.detail})" if entry.detail else ""
        yield TimelineRow(
            entry.at,
            gettext("{get_action_display} by {who}{detail}").format(
                get_action_display=entry.get_action_display(), who=who, detail=detail
            ),
            "access",
        )


def timeline(call: Call) -> list[TimelineRow]:
    """Returns what happened to the call and its data, oldest first."""
    moments = [
        *_life(call),
        *_work(gettext("Recording"), recording_of(call)),
        *_work(gettext("Summary"), summary_of(call)),
        *_work(gettext("Values"), extraction_of(call)),
        *_versions(call),
        *_whispers(call),
        *_accesses(call),
    ]
    undated = datetime.max.replace(tzinfo=UTC)
    return sorted(moments, key=lambda moment: moment.at or undated)


def speakers(summary: Summary | None) -> list[dict[str, Any]]:
    """Returns each speaker's time and words for display."""
    rows = summary.speakers if summary is not None else []
    return [
        {
            "name": Speaker(row["speaker"]).value.capitalize(),
            "time": time_or_dash(row["spoken_ms"]),
            "words": row["words"],
        }
        for row in rows
    ]


def facts(call: Call, word_count: int) -> list[tuple[str, Any]]:
    """Returns labels and values for the top of the page."""
    return [
        (gettext("State"), badge(call.state, call.get_state_display())),
        (gettext("User"), call.owner.get_full_name() or call.owner.get_username()),
        *([(gettext("Visitor"), visitor_name(call.visitor))] if call.visitor else []),
        (gettext("Agent"), call.agent.shown_name),
        *([(gettext("Agent version"), call.agent_version)] if call.agent_version else []),
        (
            gettext("Length"),
            gettext("in progress") if call.is_live else time_or_dash(call.duration_ms),
        ),
        (gettext("Words"), word_count),
        (gettext("Started"), moment(call.created_at)),
        (gettext("Ended because"), _end(call)),
        (gettext("Recogniser"), f"{_recognisers(call)}, {call.language}"),
        (gettext("Agreed to recording"), _agreed(call)),
        *_given(call),
        *_kept(call),
    ]


def _agreed(call: Call) -> Any:
    if call.consented_at:
        return moment(call.consented_at)
    return gettext("not asked: recording was off") if call.recording_was_off else gettext("no")


def _recognisers(call: Call) -> str:
    """Returns what wrote: the engines that were used, and the setting that chose the first.

    Where no use is stored yet, that is the engine that the settings name.
    """
    heard = [row for row in usage.of_call(call) if row.kind == UsageKind.RECOGNITION]
    keys = [row.name for row in heard] or [call.recogniser]
    names = ", ".join(dict.fromkeys(map(recogniser_use.name_of, keys)))
    is_named = recogniser_use.chosen(call.recogniser) == call.recogniser
    return names if is_named else f"{names} ({call.recogniser})"


def _given(call: Call) -> list[tuple[str, str]]:
    """Returns what the call was given at its start."""
    told = [(name, as_text(value)) for name, value in call.variables.items()]
    rows = [(gettext("Variables"), ", ".join(f"{name}: {value}" for name, value in told))]
    rows.append((gettext("Metadata"), json.dumps(call.metadata, ensure_ascii=False)))
    return [row for row, there in zip(rows, (told, call.metadata), strict=True) if there]


def _kept(call: Call) -> list[tuple[str, str]]:
    """Returns who holds the call by law, since when and why, and when its words were erased."""
    told = []
    if call.held_at is not None:
        who = call.held_by.get_username() if call.held_by else NOTHING
        told.append(
            (
                gettext("Legal hold"),
                gettext("{moment} by {who}: {hold_reason}").format(
                    moment=moment(call.held_at), who=who, hold_reason=call.hold_reason
                ),
            )
        )
    if call.text_erased_at is not None:
        told.append((gettext("Words erased"), moment(call.text_erased_at)))
    return told


def _end(call: Call) -> str:
    """Returns why the call ended, or which staff member ended it or asked to."""
    if call.ended_by is None:
        return call.get_end_reason_display() or NOTHING
    who = call.ended_by.get_username()
    return (
        gettext("{who} asked for its end").format(who=who)
        if call.is_live
        else gettext("Ended by {who} (staff)").format(who=who)
    )


def _taken(call: Call, starts: Mapping[int, int]) -> dict[str, Any]:
    """Returns the values taken from the call."""
    row = extraction_of(call)
    fields = {} if row is None else fields_of(row.schema)
    taken = [
        TakenRow(
            label_of(name, field),
            display_value(row.values.get(name)),
            name in row.corrections,
            () if name in row.corrections else places_of(row.evidence.get(name, ()), starts),
        )
        for name, field in fields.items()
        if row is not None
    ]
    return {"extraction": row, "taken": taken}


def player_config(call: Call, recording: Recording | None) -> dict[str, Any]:
    """Returns what static/js/player.js needs: the page need not load the audio for it."""
    peaks = recording.peaks if recording is not None else []
    return {"durationMs": call.duration_ms, "peaks": peaks}


def live_config(call: Call) -> dict[str, Any] | None:
    """Returns what page-refresh.js and live-feed.js need; None if the page will change no more."""
    recording, summary = recording_of(call), summary_of(call)
    jobs = [job for job in (recording, summary) if job is not None and job.state in UNDER_WAY]
    if not call.is_live and not jobs:
        return None
    return {
        "id": call.public_id,
        "live": call.is_live,
        "owed": bool(jobs),
        "state": call.state,
        "agentName": call.agent.shown_name,
        "recordingState": recording.state if recording is not None else "",
        "summaryState": summary.state if summary is not None else "",
        "callUrl": reverse("api:call", args=[call.public_id]),
        "segmentsUrl": reverse("api:segments", args=[call.public_id]),
        "liveSocket": f"/ws/calls/{call.public_id}/live",
    }


def context(call: Call, word_count: int, asked: Asked) -> dict[str, Any]:
    """Returns the template context for the page of `call`, as it was asked for."""
    shown = parting.transcript(call)
    recording = recording_of(call)
    summary = summary_of(call)
    starts = shown.starts
    return {
        "live_config": live_config(call),
        "facts": facts(call, word_count),
        **parting.lines(call, shown, asked),
        **parting.answers(call, shown.rows, asked),
        "revision": shown.revision,
        "timeline": timeline(call),
        "recording": recording,
        "recording_ready": redactions.is_ready(recording),
        "recording_url": reverse("recording", args=[call.public_id]),
        "heard_url": reverse("heard", args=[call.public_id]),
        "recording_length": time_or_dash(recording.duration_ms) if recording is not None else "",
        "player_config": player_config(call, recording),
        "summary": summary,
        "told": summary_display.view_of(summary, starts) if summary is not None else None,
        **_taken(call, starts),
        "summary_versions": summary_versions.of_call(call),
        **second_pass.context(call),
        "speakers": speakers(summary),
        "notes": turns.notes_of(call),
        "export_links": [
            (extension, reverse("api:transcript", args=[call.public_id, extension]))
            for extension in FORMATS
        ],
    }
