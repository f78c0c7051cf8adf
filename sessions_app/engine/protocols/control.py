"""The voice-agent client's wire: `WS /signaling` and data channel `control`.

docs/protocol.md states every message.
"""

import json
from collections.abc import Callable
from typing import Any, Literal, TypeGuard

from sessions_app.engine.core.commands import (
    Candidate,
    ClientAway,
    Command,
    HangUp,
    Offer,
    Ping,
    Resume,
)
from sessions_app.engine.core.errors import BusyError, VoiceError
from sessions_app.engine.core.events import (
    AgentFailed,
    AppMessageSent,
    CallEvent,
    FloorChanged,
    InterimChanged,
    MediaGap,
    NoteKind,
    NotesChanged,
    NoteTaken,
    RecognitionFailed,
    SegmentFinal,
    Speaker,
    StateChanged,
    TurnEnded,
    Word,
)
from sessions_app.engine.core.rates import TooManyError
from sessions_app.engine.core.states import TERMINAL, CallState, EndReason
from sessions_app.engine.protocols import reading
from sessions_app.engine.protocols.messages import calls, signaling
from sessions_app.engine.protocols.messages.fields import Role
from sessions_app.engine.protocols.reading import Message, ProtocolError, Reader, Told

CHANNEL = "control"
DOOR = "signaling"
DETAILS, INTERIMS, STATUS, ON_CHANNEL = "details", "interims", "status", "channel"
AGENT = "agent"

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


# -- from the client -------------------------------------------------------------------


def parse(text: str) -> Command | None:
    """Returns the command in a text frame; None for one that asks nothing (an end mark).

    Raises ProtocolError with the code of docs/protocol.md and a sentence that helps.
    """
    return reading.parse(text, _READERS)


_read_offer, _read_resume = Reader(signaling.Offer), Reader(signaling.Resume)
_read_candidate = Reader(signaling.Candidate)


def _offer(message: Message) -> Offer:
    given = _read_offer(message)
    records, notice = reading.agreed(given.get("consent"))
    return Offer(
        sdp=given["sdp"],
        agent=given.get("agentId") or "",
        call_id=given.get("callId") or "",
        features=frozenset(given.get("features") or ()),
        records=records,
        notice=notice,
    )


def _candidate(message: Message) -> Candidate | None:
    if _is_end_mark(message.get("candidate")):
        return None
    given = _read_candidate(message)
    candidate = given.get("candidate") or {}
    return Candidate(
        candidate.get("candidate") or "",
        candidate.get("sdpMid"),
        candidate.get("sdpMLineIndex"),
        given.get("callId") or "",
    )


def _is_end_mark(candidate: Any) -> bool:
    """Returns whether there is no candidate, whatever else the message holds."""
    return candidate is None or (
        isinstance(candidate, dict) and candidate.get("candidate") in (None, "")
    )


def _resume(message: Message) -> Resume:
    given = _read_resume(message)
    features = frozenset(given.get("features") or ())
    return Resume(given["callId"], given.get("lastSeq") or 0, features)


_READERS: dict[str, Callable[[Message], Command | None]] = {
    "offer": _offer,
    "ice-candidate": _candidate,
    "resume": _resume,
    **reading.ASKED_OF_A_CALL,
    "ping": lambda _: Ping(),
    "away": lambda _: ClientAway(),
    "bye": lambda _: HangUp(),
}

# -- to the client ---------------------------------------------------------------------


def answer(sdp: str, call_id: str, features: frozenset[str]) -> signaling.Answer:
    """Returns the `answer` message."""
    message: signaling.Answer = {"type": "answer", "sdp": sdp}
    if DETAILS in features:
        message["callId"] = call_id
    return message


def resumed(call_id: str, state: CallState) -> signaling.Resumed:
    """Returns the `resumed` message."""
    return {"type": "resumed", "callId": call_id, "state": state.value}


def error(problem: VoiceError, retry_after_s: int | None = None) -> calls.Error:
    """Returns the `error` message; with `retryAfterS` where waiting helps."""
    message: calls.Error = {
        "type": "error",
        "code": problem.code,
        "message": problem.message,
        "recoverable": True,
    }
    if retry_after_s is None and isinstance(problem, BusyError):
        retry_after_s = problem.retry_after_s
    if retry_after_s:
        message["retryAfterS"] = retry_after_s
    return message


def failure(event: CallEvent) -> calls.Error | None:
    """Returns the `error` message of a part that failed in a call that goes on, or None."""
    if isinstance(event, RecognitionFailed):
        return error(VoiceError(event.detail, code="recogniser_failed"))
    return (
        error(VoiceError(event.detail, code=event.code)) if isinstance(event, AgentFailed) else None
    )


def pong() -> signaling.Pong:
    """Returns the `pong` message."""
    return {"type": "pong"}


def ending(call_id: str, reason: EndReason | None, length_ms: float) -> calls.Ending:
    """Returns what the last message of a call says, at whichever socket."""
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
    """Returns the words, and whose they are."""
    text = event.spoken_text if isinstance(event, SegmentFinal) else event.text
    return {"role": _ROLES[event.speaker], "text": text}


def span(event: InterimChanged | SegmentFinal) -> calls.Span:
    """Returns which segment it is, and when it was spoken."""
    return {"seq": event.seq, "startMs": round(event.start_ms), "endMs": round(event.end_ms)}


def final_details(event: SegmentFinal) -> calls.FinalDetails:
    """Returns what a final tells beyond an interim."""
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


def _word(word: Word) -> calls.Word:
    told: calls.Word = {
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


def floor(event: FloorChanged) -> calls.Floor:
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


def _note(note: NoteTaken) -> calls.Note:
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


class SocketOutlet:
    """Tells one socket of a call, in this dialect. Fulfils `core.ports.EventSink`."""

    def __init__(
        self, call_id: str, features: frozenset[str], push: Callable[[Told], None]
    ) -> None:
        self._call_id = call_id
        self._features = features
        self._push = push

    def emit(self, event: CallEvent) -> None:
        details = DETAILS in self._features
        extra = {"callId": self._call_id} if details else {}
        if isinstance(event, StateChanged):
            self._state_changed(event, extra)
        elif isinstance(event, AppMessageSent):
            self._push({**app_message(event), **extra})
        elif (failed := failure(event)) is not None:
            self._push(failed)
        elif self._wants_text(event):
            self._push({**transcript(event, details=details), **extra})
        elif AGENT in self._features and (message := of_agent(event)) is not None:
            self._push({**message, **extra})

    def _wants_text(self, event: CallEvent) -> TypeGuard[InterimChanged | SegmentFinal]:
        if isinstance(event, SegmentFinal):
            return bool(event.spoken_text) or DETAILS in self._features
        return isinstance(event, InterimChanged) and INTERIMS in self._features

    def _state_changed(self, event: StateChanged, extra: Told) -> None:
        if STATUS in self._features:
            self._push({**status(event), **extra})
        if event.state in TERMINAL:
            self._push(bye(self._call_id, event.reason, event.length_ms))


def app_message(event: AppMessageSent) -> calls.FromApp:
    """Returns the `app-message` message."""
    return {"type": "app-message", "data": event.data}


def gap(event: MediaGap) -> calls.Gap:
    """Returns the `gap` message: the connection was lost, and nothing was heard meanwhile."""
    return {"type": "gap", "startMs": round(event.start_ms), "endMs": round(event.end_ms)}


def of_agent(event: CallEvent) -> calls.Floor | calls.Notes | calls.Gap | signaling.Metrics | None:
    """Returns the message of an event that only clients with `features` know."""
    if isinstance(event, FloorChanged):
        return floor(event)
    if isinstance(event, NotesChanged):
        return notes(event)
    if isinstance(event, MediaGap):
        return gap(event)
    return metrics(event) if isinstance(event, TurnEnded) else None


class ControlChannelPeer:
    """The data channel `control`: tells it of the call, and obeys what it says.

    Fulfils `core.ports.EventSink`. `obey` carries a wish out and raises VoiceError when it
    cannot.
    """

    def __init__(
        self,
        features: frozenset[str],
        send: Callable[[str], None],
        obey: Callable[[Command], None],
    ) -> None:
        self._features = features
        self._send = send
        self._obey = obey

    def receive(self, message: str | bytes) -> None:
        """Takes a message of the channel, in the words of `WS /signaling`.

        Raises TooManyError before it does anything.
        """
        try:
            if isinstance(message, bytes):
                raise ProtocolError("Send text with JSON.", code="bad_json")
            command = parse(message)
            if command is not None:
                self._obey(command)
        except TooManyError:
            raise
        except VoiceError as problem:
            self.tell(problem)

    def tell(self, problem: VoiceError) -> None:
        """Says what was wrong with a message."""
        self._send(json.dumps(error(problem)))

    def emit(self, event: CallEvent) -> None:
        if isinstance(event, StateChanged):
            self._send(json.dumps(status(event)))
        elif isinstance(event, AppMessageSent):
            self._send(json.dumps(app_message(event)))
        elif isinstance(event, InterimChanged | SegmentFinal) and ON_CHANNEL in self._features:
            self._send(json.dumps(transcript(event, details=DETAILS in self._features)))
