"""JSON Schemas, code and what goes over the wire say the same."""

from collections.abc import Callable
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from sessions_app.engine.core.errors import BusyError, VoiceError
from sessions_app.engine.core.events import (
    AgentFailed,
    AppMessageSent,
    CallEvent,
    FloorChanged,
    InterimChanged,
    Latency,
    MediaGap,
    NoteKind,
    NotesChanged,
    NoteTaken,
    SegmentFinal,
    Speaker,
    StateChanged,
    TokenMade,
    TurnEnded,
    Word,
)
from sessions_app.engine.core.frames import VoiceChunk
from sessions_app.engine.core.states import CallState, EndReason, Floor
from sessions_app.engine.protocols import control, offer, results, schemas, smallwebrtc, streaming
from sessions_app.engine.protocols.schemas import DOORS, kinds

EVENTS: list[CallEvent] = [
    StateChanged(CallState.ACTIVE),
    InterimChanged(1, Speaker.CALLER, "hel", 0, 500),
    SegmentFinal(1, Speaker.CALLER, "Hello.", 0, 900, (Word("hello", 1, 2, 0.5),), 0.5),
    SegmentFinal(2, Speaker.AGENT, "Good day.", 0, 900, (Word("Good", 1, 2),), heard_text="Good"),
    FloorChanged(Floor.PAUSED, 1.5),
    NotesChanged((NoteTaken(1, NoteKind.ACTION, "call Ann", 3.5),)),
    NotesChanged(removed=(1,)),
    NotesChanged((NoteTaken(1, NoteKind.NOTE, "milk", 3.5),), whole=True),
    TokenMade(2, "Good "),
    MediaGap(100.4, 900.2),
    AppMessageSent({"colour": "red"}),
    TurnEnded(2, Speaker.AGENT, 0, 900, True, Latency(0, 100, None, 300, 450)),
    AgentFailed("responder_failed", "No key."),
    StateChanged(CallState.ENDED, EndReason.IDLE, 900.0),
]
ALL = frozenset({control.DETAILS, control.INTERIMS, control.STATUS, control.AGENT})


def sent(outlet: Callable[..., Any]) -> list[dict[str, Any]]:
    """Returns all that an outlet says of EVENTS."""
    messages: list[dict[str, Any]] = []
    teller = outlet("call1", ALL, messages.append)
    for event in EVENTS:
        teller.emit(event)
    return messages


def check(door: str, side: str, message: Any) -> None:
    Draft202012Validator(DOORS[door][side]).validate(message)


@pytest.mark.parametrize("door", DOORS)
def test_each_is_a_schema(door: str) -> None:
    for side in ("client", "server"):
        Draft202012Validator.check_schema(DOORS[door][side])


def test_signaling_says_nothing_else() -> None:
    messages = [
        *sent(control.SocketOutlet),
        control.answer("v=0", "call1", ALL) | {"resumeToken": "r.x"},
        control.resumed("call1", CallState.ACTIVE),
        control.pong(),
        control.error(VoiceError("No.")),
        control.error(BusyError("Full."), 30),
    ]
    for message in messages:
        check("signaling", "server", message)
    told = {message["type"] for message in messages}
    assert kinds(schemas.SIGNALING, "server") - told == {"ice-candidate"}


def test_streams_say_nothing_else() -> None:
    messages = [
        *sent(streaming.StreamOutlet),
        streaming.started("call1", resumed=False, received=0),
        streaming.chunk_header(VoiceChunk(1, "opus", 48_000, 60.0, b"abc", (1, 2))),
        streaming.ack(5),
    ]
    for message in messages:
        check("stream", "server", message)
    assert kinds(schemas.STREAM, "server") == {message["type"] for message in messages}


def test_clients_say_what_is_read() -> None:
    assert kinds(schemas.SIGNALING, "client") == set(control._READERS)
    assert kinds(schemas.STREAM, "client") == set(streaming._READERS)


def test_http_doors_answer_so() -> None:
    check("session", "server", results.answer("v=0"))
    check("offer", "server", offer.answer("v=0", "call1"))
    check("pipecat", "server", smallwebrtc.answer("v=0", "p1"))
