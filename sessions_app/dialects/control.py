"""The voice-agent client's wire: `WS /signaling` and data channel `control`.

docs/protocol.md states every message.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any, TypeGuard

from sessions_app.core.commands import (
    Candidate,
    Command,
    HangUp,
    Interrupt,
    Offer,
    PauseAgent,
    Resume,
    Say,
)
from sessions_app.core.errors import VoiceError
from sessions_app.core.events import (
    AgentFailed,
    CallEvent,
    FloorChanged,
    InterimChanged,
    NotesChanged,
    RecognitionFailed,
    SegmentFinal,
    Speaker,
    StateChanged,
    TurnEnded,
    Word,
)
from sessions_app.core.states import TERMINAL, CallState, EndReason

CHANNEL = "control"
DOOR = "signaling"
MAX_FRAME_BYTES = 64 * 1024
MAX_TYPED_CHARS = 2_000
DETAILS, INTERIMS, STATUS, ON_CHANNEL = "details", "interims", "status", "channel"
AGENT = "agent"

Message = dict[str, Any]

_ROLES = {Speaker.CALLER: "user", Speaker.AGENT: "agent"}
_STATUS = {
    CallState.CONNECTING: "Connecting…",
    CallState.ACTIVE: "Connected. Speak now.",
    CallState.RECONNECTING: "The connection is lost. Trying to get it back…",
    CallState.ENDING: "Ending the call…",
    CallState.ENDED: "The call has ended.",
    CallState.FAILED: "The call could not go on.",
}


class ProtocolError(VoiceError):
    """A message that does not follow docs/protocol.md (not retryable)."""

    code = "bad_message"


# -- from the client -------------------------------------------------------------------


def parse(text: str) -> Command | None:
    """Returns the command in a text frame; None for one that asks nothing (an end mark).

    Raises ProtocolError with the code of docs/protocol.md and a sentence that helps.
    """
    if len(text) > MAX_FRAME_BYTES:
        raise ProtocolError(
            f"A message may hold {MAX_FRAME_BYTES // 1024} KiB at most.", code="too_large"
        )
    try:
        message = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ProtocolError("A message must be a JSON object.", code="bad_json") from error
    if not isinstance(message, dict):
        raise ProtocolError("A message must be a JSON object.", code="bad_json")
    kind = message.get("type")
    reader = _READERS.get(kind) if isinstance(kind, str) else None
    if reader is None:
        known = ", ".join(_READERS)
        raise ProtocolError(f"`type` must be one of: {known}.", code="unknown_type")
    return reader(message)


def _offer(message: Message) -> Offer:
    consent = _optional(message, "consent", dict, {})
    return Offer(
        sdp=_required(message, "sdp", str),
        agent=_optional(message, "agentId", str, ""),
        features=_features(message),
        records=consent.get("recording") is True,
        notice=str(consent.get("notice", ""))[:50],
    )


def _candidate(message: Message) -> Candidate | None:
    given = message.get("candidate")
    if given is None:
        return None
    if not isinstance(given, dict):
        raise ProtocolError("`candidate` must be an object or null.")
    text = _optional(given, "candidate", str, "")
    if not text:
        return None
    index = given.get("sdpMLineIndex")
    if index is not None and (isinstance(index, bool) or not isinstance(index, int)):
        raise ProtocolError("`sdpMLineIndex` must be a whole number or null.")
    call_id = _optional(message, "callId", str, "")
    return Candidate(text, _optional(given, "sdpMid", str, None), index, call_id)


def _resume(message: Message) -> Resume:
    last_seq = _optional(message, "lastSeq", int, 0)
    if isinstance(last_seq, bool) or last_seq < 0:
        raise ProtocolError("`lastSeq` must be a whole number from 0.")
    return Resume(_required(message, "callId", str), last_seq, _features(message))


def _bye(_message: Message) -> HangUp:
    return HangUp()


def _interrupt(_message: Message) -> Interrupt:
    return Interrupt()


def _say(message: Message) -> Say:
    text = _required(message, "text", str).strip()
    if not text or len(text) > MAX_TYPED_CHARS:
        raise ProtocolError(f"`text` must hold 1 to {MAX_TYPED_CHARS} characters.")
    return Say(text)


def _pause_agent(message: Message) -> PauseAgent:
    paused = message.get("paused")
    if not isinstance(paused, bool):
        raise ProtocolError("`paused` must be true or false.")
    return PauseAgent(paused)


def _features(message: Message) -> frozenset[str]:
    given = _optional(message, "features", list, [])
    return frozenset(item for item in given if isinstance(item, str))


def _required(message: Mapping[str, Any], key: str, kind: type) -> Any:
    value = message.get(key)
    if not isinstance(value, kind) or value == "":
        raise ProtocolError(f"`{key}` is missing or no {kind.__name__}.")
    return value


def _optional(message: Mapping[str, Any], key: str, kind: type, default: Any) -> Any:
    value = message.get(key)
    if value is None:
        return default
    if not isinstance(value, kind):
        raise ProtocolError(f"`{key}` must be a {kind.__name__}.")
    return value


_READERS: dict[str, Callable[[Message], Command | None]] = {
    "offer": _offer,
    "ice-candidate": _candidate,
    "resume": _resume,
    "text": _say,
    "interrupt": _interrupt,
    "agent": _pause_agent,
    "bye": _bye,
}

# -- to the client ---------------------------------------------------------------------


def answer(sdp: str, call_id: str, features: frozenset[str]) -> Message:
    """Returns the `answer` message."""
    message: Message = {"type": "answer", "sdp": sdp}
    return message | {"callId": call_id} if DETAILS in features else message


def resumed(call_id: str, state: CallState) -> Message:
    """Returns the `resumed` message."""
    return {"type": "resumed", "callId": call_id, "state": state.value}


def error(problem: VoiceError, retry_after_s: int | None = None) -> Message:
    """Returns the `error` message."""
    message: Message = {
        "type": "error",
        "code": problem.code,
        "message": problem.message,
        "recoverable": True,
    }
    return message | {"retryAfterS": retry_after_s} if retry_after_s else message


def bye(call_id: str, reason: EndReason | None, length_ms: float) -> Message:
    """Returns the `bye` message, the last of a call."""
    return {
        "type": "bye",
        "callId": call_id,
        "reason": (reason or EndReason.INTERNAL_ERROR).value,
        "durationMs": round(length_ms),
    }


def transcript(event: InterimChanged | SegmentFinal, *, details: bool) -> Message:
    """Returns the `transcript` message of an interim or a final."""
    message: Message = {
        "type": "transcript",
        "role": _ROLES[event.speaker],
        "text": event.spoken_text if isinstance(event, SegmentFinal) else event.text,
        "final": isinstance(event, SegmentFinal),
    }
    if not details:
        return message
    message |= {
        "seq": event.seq,
        "startMs": round(event.start_ms),
        "endMs": round(event.end_ms),
    }
    if isinstance(event, SegmentFinal):
        message |= {"confidence": event.confidence, "words": [_word(w) for w in event.words]}
        message |= {"turn": event.turn} if event.turn else {}
        message |= {"interrupted": True, "fullText": event.text} if event.interrupted else {}
    return message


def _word(word: Word) -> Message:
    return {
        "text": word.text,
        "startMs": round(word.start_ms),
        "endMs": round(word.end_ms),
        "confidence": word.confidence,
    }


def status(state: CallState) -> Message:
    """Returns the `status` message for a state."""
    return {"type": "status", "status": _STATUS.get(state, state.value), "state": state.value}


def floor(event: FloorChanged) -> Message:
    """Returns the `floor` message."""
    return {"type": "floor", "floor": event.floor.value, "atMs": round(event.at_ms)}


def notes(event: NotesChanged) -> Message:
    """Returns the `notes` message."""
    given = [
        {"number": n.number, "kind": n.kind.value, "text": n.text, "atMs": round(n.at_ms)}
        for n in event.notes
    ]
    return {"type": "notes", "notes": given}


def metrics(event: TurnEnded) -> Message | None:
    """Returns the `metrics` message of an agent's turn; None for a turn without an answer."""
    if event.latency is None:
        return None
    at = event.latency
    times = {
        "speechEndMs": at.speech_end_ms,
        "endpointMs": at.endpoint_ms,
        "finalMs": at.final_ms,
        "firstTokenMs": at.first_token_ms,
        "firstAudioMs": at.first_audio_ms,
    }
    rounded = {key: None if ms is None else round(ms) for key, ms in times.items()}
    return {"type": "metrics", "turn": event.index} | rounded


class SocketOutlet:
    """Tells one socket of a call, in this dialect. Fulfils `core.ports.EventSink`."""

    def __init__(
        self, call_id: str, features: frozenset[str], push: Callable[[Message], None]
    ) -> None:
        self._call_id = call_id
        self._features = features
        self._push = push

    def emit(self, event: CallEvent) -> None:
        details = DETAILS in self._features
        extra = {"callId": self._call_id} if details else {}
        if isinstance(event, StateChanged):
            self._state_changed(event, extra)
        elif isinstance(event, RecognitionFailed):
            self._push(error(VoiceError(event.detail, code="recogniser_failed")))
        elif isinstance(event, AgentFailed):
            self._push(error(VoiceError(event.detail, code=event.code)))
        elif self._wants_text(event):
            self._push(transcript(event, details=details) | extra)
        elif AGENT in self._features and (message := _of_agent(event)) is not None:
            self._push(message | extra)

    def _wants_text(self, event: CallEvent) -> TypeGuard[InterimChanged | SegmentFinal]:
        if isinstance(event, SegmentFinal):
            return bool(event.spoken_text) or DETAILS in self._features
        return isinstance(event, InterimChanged) and INTERIMS in self._features

    def _state_changed(self, event: StateChanged, extra: Message) -> None:
        if STATUS in self._features:
            self._push(status(event.state) | extra)
        if event.state in TERMINAL:
            self._push(bye(self._call_id, event.reason, event.length_ms))


def _of_agent(event: CallEvent) -> Message | None:
    if isinstance(event, FloorChanged):
        return floor(event)
    if isinstance(event, NotesChanged):
        return notes(event)
    return metrics(event) if isinstance(event, TurnEnded) else None


class ChannelOutlet:
    """Tells the data channel `control`. Fulfils `core.ports.EventSink`."""

    def __init__(self, features: frozenset[str], send: Callable[[str], None]) -> None:
        self._features = features
        self._send = send

    def emit(self, event: CallEvent) -> None:
        if isinstance(event, StateChanged):
            self._send(json.dumps(status(event.state)))
        elif isinstance(event, InterimChanged | SegmentFinal) and ON_CHANNEL in self._features:
            self._send(json.dumps(transcript(event, details=DETAILS in self._features)))
