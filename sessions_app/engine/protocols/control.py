"""The voice-agent client's wire: `WS /signaling` and data channel `control`.

docs/protocol.md states every message.
"""

import json
from collections.abc import Callable
from typing import TypeGuard

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
    NotesChanged,
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
from sessions_app.engine.protocols.reading import Message, ProtocolError

CHANNEL = "control"
DOOR = "signaling"
DETAILS, INTERIMS, STATUS, ON_CHANNEL = "details", "interims", "status", "channel"
AGENT = "agent"

_ROLES = {Speaker.CALLER: "user", Speaker.AGENT: "agent"}
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


def _offer(message: Message) -> Offer:
    records, notice = reading.consent(message)
    return Offer(
        sdp=reading.required(message, "sdp", str),
        agent=reading.optional(message, "agentId", str, ""),
        call_id=reading.optional(message, "callId", str, ""),
        features=reading.features(message),
        records=records,
        notice=notice,
    )


def _candidate(message: Message) -> Candidate | None:
    given = message.get("candidate")
    if given is None:
        return None
    if not isinstance(given, dict):
        raise ProtocolError("`candidate` must be an object or null.")
    text = reading.optional(given, "candidate", str, "")
    if not text:
        return None
    index = given.get("sdpMLineIndex")
    if index is not None and (isinstance(index, bool) or not isinstance(index, int)):
        raise ProtocolError("`sdpMLineIndex` must be a whole number or null.")
    call_id = reading.optional(message, "callId", str, "")
    return Candidate(text, reading.optional(given, "sdpMid", str, None), index, call_id)


def _resume(message: Message) -> Resume:
    call_id = reading.required(message, "callId", str)
    return Resume(call_id, reading.whole(message, "lastSeq", 0), reading.features(message))


_READERS: dict[str, Callable[[Message], Command | None]] = {
    "offer": _offer,
    "ice-candidate": _candidate,
    "resume": _resume,
    **reading.asked_of_a_call(),
    "ping": lambda _: Ping(),
    "away": lambda _: ClientAway(),
    "bye": lambda _: HangUp(),
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
    """Returns the `error` message; with `retryAfterS` where waiting helps."""
    message: Message = {
        "type": "error",
        "code": problem.code,
        "message": problem.message,
        "recoverable": True,
    }
    if retry_after_s is None and isinstance(problem, BusyError):
        retry_after_s = problem.retry_after_s
    return message | {"retryAfterS": retry_after_s} if retry_after_s else message


def failure(event: CallEvent) -> Message | None:
    """Returns the `error` message of a part that failed in a call that goes on, or None."""
    if isinstance(event, RecognitionFailed):
        return error(VoiceError(event.detail, code="recogniser_failed"))
    return (
        error(VoiceError(event.detail, code=event.code)) if isinstance(event, AgentFailed) else None
    )


def pong() -> Message:
    """Returns the `pong` message."""
    return {"type": "pong"}


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
        message |= {"key": event.key} if event.key else {}
        message |= {"interrupted": True, "fullText": event.text} if event.interrupted else {}
    return message


def _word(word: Word) -> Message:
    told: Message = {
        "text": word.text,
        "startMs": round(word.start_ms),
        "endMs": round(word.end_ms),
        "confidence": word.confidence,
    }
    return told | ({"speaker": word.speaker} if word.speaker else {})


def status(event: StateChanged) -> Message:
    """Returns the `status` message for a state."""
    state = event.state
    told = _STATUS.get(state, state.value)
    if event.reason is EndReason.STAFF_ENDED:
        told = _BY_STAFF.get(state, told)
    return {"type": "status", "status": told, "state": state.value}


def floor(event: FloorChanged) -> Message:
    """Returns the `floor` message."""
    return {"type": "floor", "floor": event.floor.value, "atMs": round(event.at_ms)}


def notes(event: NotesChanged) -> Message:
    """Returns the `notes` message: what changed, or with `whole` what there is."""
    given = [
        {"number": n.number, "kind": n.kind.value, "text": n.text, "atMs": round(n.at_ms)}
        for n in event.notes
    ]
    message: Message = {"type": "notes", "notes": given}
    message |= {"removed": list(event.removed)} if event.removed else {}
    return message | {"whole": True} if event.whole else message


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
        elif isinstance(event, AppMessageSent):
            self._push(app_message(event) | extra)
        elif (failed := failure(event)) is not None:
            self._push(failed)
        elif self._wants_text(event):
            self._push(transcript(event, details=details) | extra)
        elif AGENT in self._features and (message := of_agent(event)) is not None:
            self._push(message | extra)

    def _wants_text(self, event: CallEvent) -> TypeGuard[InterimChanged | SegmentFinal]:
        if isinstance(event, SegmentFinal):
            return bool(event.spoken_text) or DETAILS in self._features
        return isinstance(event, InterimChanged) and INTERIMS in self._features

    def _state_changed(self, event: StateChanged, extra: Message) -> None:
        if STATUS in self._features:
            self._push(status(event) | extra)
        if event.state in TERMINAL:
            self._push(bye(self._call_id, event.reason, event.length_ms))


def app_message(event: AppMessageSent) -> Message:
    """Returns the `app-message` message."""
    return {"type": "app-message", "data": event.data}


def gap(event: MediaGap) -> Message:
    """Returns the `gap` message: the connection was lost, and nothing was heard meanwhile."""
    times = {"startMs": round(event.start_ms), "endMs": round(event.end_ms)}
    return {"type": "gap"} | times


def of_agent(event: CallEvent) -> Message | None:
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
