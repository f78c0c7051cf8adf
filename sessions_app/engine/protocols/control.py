"""The protocol of voice-agent clients: `WS /signaling` and the data channel `control`.

docs/protocol.md has every message.
"""

import json
from collections.abc import Callable
from typing import Any, TypeGuard

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
    FinalRedacted,
    InterimChanged,
    RecognitionFailed,
    SegmentFinal,
    StateChanged,
)
from sessions_app.engine.core.rates import TooManyError
from sessions_app.engine.core.states import TERMINAL, CallState
from sessions_app.engine.protocols import event_messages, reading
from sessions_app.engine.protocols.messages import calls, signaling
from sessions_app.engine.protocols.reading import Message, ProtocolError, Reader, Told

CHANNEL = "control"
DOOR = "signaling"
DETAILS, INTERIMS, STATUS, ON_CHANNEL = "details", "interims", "status", "channel"
AGENT = "agent"

# -- from the client -------------------------------------------------------------------


def parse(text: str) -> Command | None:
    """Returns the command of a text frame; None for an end-of-candidates marker.

    Raises ProtocolError with a code of docs/protocol.md and a sentence that says how to fix it.
    """
    return reading.parse(text, _READERS)


_read_offer, _read_resume = Reader(signaling.OfferMessage), Reader(signaling.ResumeMessage)
_read_candidate = Reader(signaling.CandidateMessage)


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
        data=reading.read_call_data(given),
        check=given.get("check") is True,
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
    """Returns whether it marks the end of candidates; other keys of the message do not matter."""
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


def answer(sdp: str, call_id: str, features: frozenset[str]) -> signaling.AnswerMessage:
    """Returns the `answer` message."""
    message: signaling.AnswerMessage = {"type": "answer", "sdp": sdp}
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
    """Returns the `error` message for a failed STT engine or agent; None for other events.

    The call goes on.
    """
    if isinstance(event, RecognitionFailed):
        return error(VoiceError(event.detail, code="recogniser_failed"))
    return (
        error(VoiceError(event.detail, code=event.code)) if isinstance(event, AgentFailed) else None
    )


def pong() -> signaling.Pong:
    """Returns the `pong` message."""
    return {"type": "pong"}


class SocketOutlet:
    """Sends a call's events to one socket of this protocol. Implements `core.ports.EventSink`.

    `push` queues one message; `features` are those that the client asked for.
    """

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
            self._push({**event_messages.app_message(event), **extra})
        elif (failed := failure(event)) is not None:
            self._push(failed)
        elif isinstance(event, FinalRedacted):
            self._resend(event)
        elif self._wants_text(event):
            self._push({**event_messages.transcript(event, details=details), **extra})
        elif AGENT in self._features and (message := event_messages.of_agent(event)) is not None:
            self._push({**message, **extra})

    def _wants_text(self, event: CallEvent) -> TypeGuard[InterimChanged | SegmentFinal]:
        if isinstance(event, SegmentFinal):
            return bool(event.spoken_text) or DETAILS in self._features
        return isinstance(event, InterimChanged) and INTERIMS in self._features

    def _resend(self, event: FinalRedacted) -> None:
        """Sends a final again to a client that knows it by its `seq`."""
        if DETAILS in self._features:
            message = event_messages.transcript(event.final, details=True)
            self._push({**message, "redacted": True, "callId": self._call_id})

    def _state_changed(self, event: StateChanged, extra: Told) -> None:
        if STATUS in self._features:
            self._push({**event_messages.status(event), **extra})
        if event.state in TERMINAL:
            self._push(event_messages.bye(self._call_id, event.reason, event.length_ms))


class ControlChannelPeer:
    """The data channel `control`: sends it the call's events, and runs the commands it sends.

    Implements `core.ports.EventSink`. `send` sends one text message; `execute` runs a command and
    raises VoiceError when it cannot.
    """

    def __init__(
        self,
        features: frozenset[str],
        send: Callable[[str], None],
        execute: Callable[[Command], None],
    ) -> None:
        self._features = features
        self._send = send
        self._execute = execute

    def receive(self, message: str | bytes) -> None:
        """Handles a message of the channel; it may be any that `WS /signaling` takes in a call.

        Raises TooManyError before it does anything; other mistakes are sent back as `error`.
        """
        try:
            if isinstance(message, bytes):
                raise ProtocolError("Send text with JSON.", code="bad_json")
            command = parse(message)
            if command is not None:
                self._execute(command)
        except TooManyError:
            raise
        except VoiceError as problem:
            self.tell(problem)

    def tell(self, problem: VoiceError) -> None:
        """Sends the `error` message for a mistake."""
        self._send(json.dumps(error(problem)))

    def emit(self, event: CallEvent) -> None:
        if isinstance(event, StateChanged):
            self._send(json.dumps(event_messages.status(event)))
        elif isinstance(event, AppMessageSent):
            self._send(json.dumps(event_messages.app_message(event)))
        elif isinstance(event, InterimChanged | SegmentFinal) and ON_CHANNEL in self._features:
            self._send(
                json.dumps(event_messages.transcript(event, details=DETAILS in self._features))
            )
