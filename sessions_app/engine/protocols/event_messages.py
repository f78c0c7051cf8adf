"""Builds the messages for a call's events, the same on every socket and data channel."""

from typing import Literal

from sessions_app.engine.core.events import (
    AppMessageSent,
    CallEvent,
    FloorChanged,
    InterimChanged,
    MediaGap,
    NoteKind,
    NotesChanged,
    NoteTaken,
    SegmentFinal,
    Speaker,
    StaffListens,
    StateChanged,
    TurnEnded,
    Word,
)
from sessions_app.engine.core.states import CallState, EndReason
from sessions_app.engine.protocols.messages import calls, signaling
from sessions_app.engine.protocols.messages.fields import Role

_ROLES: dict[Speaker, Role] = {Speaker.CALLER: "user", Speaker.AGENT: "agent"}
_STATUS = {
    CallState.CONNECTING: "Connecting…",
    CallState.ACTIVE: "Connected. You can speak now.",
    CallState.RECONNECTING: "The connection was lost. Reconnecting…",
    CallState.ENDING: "Ending the call…",
    CallState.ENDED: "The call has ended.",
    CallState.FAILED: "The call failed.",
}
_BY_STAFF = {
    CallState.ENDING: "Staff are ending the call…",
    CallState.ENDED: "Staff have ended the call.",
}


def ending(call_id: str, reason: EndReason | None, length_ms: float) -> calls.Ending:
    """Returns the keys of the last message of a call, on either socket."""
    return {
        "callId": call_id,
        "reason": (reason or EndReason.INTERNAL_ERROR).value,
        "durationMs": round(length_ms),
    }


def bye(call_id: str, reason: EndReason | None, length_ms: float) -> calls.Bye:
    """Returns the `bye` message, the last of a call."""
    return {"type": "bye", **ending(call_id, reason, length_ms)}


def transcript(event: InterimChanged | SegmentFinal, *, details: bool) -> signaling.Transcript:
    """Returns the `transcript` message of an interim or a final."""
    words = heard(event)
    message: signaling.Transcript = {
        "type": "transcript",
        "role": words["role"],
        "text": words["text"],
        "final": isinstance(event, SegmentFinal),
    }
    if details:
        message = {**message, **span(event)}
    if details and isinstance(event, SegmentFinal):
        message = {**message, **final_details(event)}
    return message


def heard(event: InterimChanged | SegmentFinal) -> calls.Heard:
    """Returns the text of a segment, and whose it is."""
    text = event.spoken_text if isinstance(event, SegmentFinal) else event.text
    return {"role": _ROLES[event.speaker], "text": text}


def span(event: InterimChanged | SegmentFinal) -> calls.Span:
    """Returns a segment's number and times."""
    return {"seq": event.seq, "startMs": round(event.start_ms), "endMs": round(event.end_ms)}


def final_details(event: SegmentFinal) -> calls.FinalDetails:
    """Returns the keys that only a final has: confidence, words, turn, interruption."""
    told: calls.FinalDetails = {
        "confidence": event.confidence,
        "words": [_word(word) for word in event.words],
    }
    if event.turn:
        told["turn"] = event.turn
    if event.key:
        told["key"] = event.key
    if event.interrupted:
        told["interrupted"], told["fullText"] = True, event.text
    return told


def _word(word: Word) -> calls.WordMessage:
    told: calls.WordMessage = {
        "text": word.text,
        "startMs": round(word.start_ms),
        "endMs": round(word.end_ms),
        "confidence": word.confidence,
    }
    if word.speaker:
        told["speaker"] = word.speaker
    return told


def status(event: StateChanged) -> calls.Status:
    """Returns the `status` message for a state."""
    state = event.state
    told = _STATUS.get(state, state.value)
    if event.reason is EndReason.STAFF_ENDED:
        told = _BY_STAFF.get(state, told)
    return {"type": "status", "status": told, "state": state.value}


def floor(event: FloorChanged) -> calls.FloorMessage:
    """Returns the `floor` message."""
    return {"type": "floor", "floor": event.floor.value, "atMs": round(event.at_ms)}


def notes(event: NotesChanged) -> calls.Notes:
    """Returns the `notes` message: what changed, or with `whole` what there is."""
    message: calls.Notes = {"type": "notes", "notes": [_note(note) for note in event.notes]}
    if event.removed:
        message["removed"] = list(event.removed)
    if event.whole:
        message["whole"] = True
    return message


def _note(note: NoteTaken) -> calls.NoteMessage:
    kind: Literal["note", "action"] = "note" if note.kind is NoteKind.NOTE else "action"
    return {"number": note.number, "kind": kind, "text": note.text, "atMs": round(note.at_ms)}


def metrics(event: TurnEnded) -> signaling.Metrics | None:
    """Returns the `metrics` message of an agent's turn; None for a turn without an answer."""
    at = event.latency
    if at is None:
        return None
    return {
        "type": "metrics",
        "turn": event.index,
        "speechEndMs": _rounded(at.speech_end_ms),
        "endpointMs": _rounded(at.endpoint_ms),
        "finalMs": _rounded(at.final_ms),
        "firstTokenMs": _rounded(at.first_token_ms),
        "firstAudioMs": _rounded(at.first_audio_ms),
    }


def _rounded(ms: float | None) -> int | None:
    return None if ms is None else round(ms)


def app_message(event: AppMessageSent) -> calls.FromApp:
    """Returns the `app-message` message."""
    return {"type": "app-message", "data": event.data}


def gap(event: MediaGap) -> calls.GapMessage:
    """Returns the `gap` message: the connection was lost, and nothing was heard meanwhile."""
    return {"type": "gap", "startMs": round(event.start_ms), "endMs": round(event.end_ms)}


def staff(event: StaffListens) -> calls.StaffMessage:
    """Returns the `staff` message: whether staff hear the call now."""
    return {"type": "staff", "listening": event.listening}


OfAgent = (
    calls.FloorMessage | calls.Notes | calls.GapMessage | calls.StaffMessage | signaling.Metrics
)


def of_agent(event: CallEvent) -> OfAgent | None:
    """Returns the message for an event that only clients with the feature `agent` get."""
    if isinstance(event, FloorChanged):
        return floor(event)
    if isinstance(event, NotesChanged):
        return notes(event)
    if isinstance(event, MediaGap):
        return gap(event)
    if isinstance(event, StaffListens):
        return staff(event)
    return metrics(event) if isinstance(event, TurnEnded) else None
