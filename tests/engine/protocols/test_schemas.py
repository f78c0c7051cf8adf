"""JSON Schemas, code and what goes over the wire say the same."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
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
    StaffListens,
    StateChanged,
    TokenMade,
    TurnEnded,
    Word,
)
from sessions_app.engine.core.frames import VoiceChunk
from sessions_app.engine.core.states import CallState, EndReason, Floor
from sessions_app.engine.protocols import (
    control,
    offer,
    results,
    rtvi,
    smallwebrtc,
    streaming,
    vosk,
)
from sessions_app.engine.protocols.messages import http
from sessions_app.engine.protocols.messages import rtvi as rtvi_messages
from sessions_app.engine.protocols.messages import vosk as vosk_messages
from sessions_app.engine.protocols.messages.http import MOST_CANDIDATES
from sessions_app.engine.protocols.schemas import DOORS, kinds, message_schema, schema_of

FINAL = SegmentFinal(1, Speaker.CALLER, "Hello.", 0, 900, (Word("hello", 1, 2, 0.5),), 0.5)
EVENTS: list[CallEvent] = [
    StateChanged(CallState.ACTIVE),
    InterimChanged(1, Speaker.CALLER, "hel", 0, 500),
    FINAL,
    SegmentFinal(3, Speaker.CALLER, "Pressed 5", 0, 900, key="5"),
    SegmentFinal(2, Speaker.AGENT, "Good day.", 0, 900, (Word("Good", 1, 2),), heard_text="Good"),
    FloorChanged(Floor.PAUSED, 1.5),
    NotesChanged((NoteTaken(1, NoteKind.ACTION, "call Ann", 3.5),)),
    NotesChanged(removed=(1,)),
    NotesChanged((NoteTaken(1, NoteKind.NOTE, "milk", 3.5),), whole=True),
    TokenMade(2, "Good "),
    MediaGap(100.4, 900.2),
    StaffListens(True),
    AppMessageSent({"colour": "red"}),
    TurnEnded(2, Speaker.AGENT, 0, 900, True, Latency(0, 100, None, 300, 450)),
    AgentFailed("responder_failed", "No key."),
    StateChanged(CallState.ENDED, EndReason.IDLE, 900.0),
]
ALL = frozenset({control.DETAILS, control.INTERIMS, control.STATUS, control.AGENT})


def sent(outlet: Callable[..., Any], features: frozenset[str] = ALL) -> list[dict[str, Any]]:
    """Returns all that an outlet says of EVENTS."""
    messages: list[dict[str, Any]] = []
    teller = outlet("call1", features, messages.append)
    for event in EVENTS:
        teller.emit(event)
    return messages


def check(door: str, side: str, message: Any) -> None:
    Draft202012Validator(schema_of(door)[side]).validate(message)


def follows(shape: type, message: Any) -> bool:
    return bool(Draft202012Validator(message_schema(shape)).is_valid(message))


@pytest.mark.parametrize("door", DOORS)
def test_each_is_a_schema(door: str) -> None:
    for side in ("client", "server"):
        Draft202012Validator.check_schema(schema_of(door)[side])


@pytest.mark.parametrize("door", DOORS)
def test_each_stands_alone_and_says_what_its_messages_are_for(door: str) -> None:
    schema = schema_of(door)
    assert "$ref" not in json.dumps(schema)
    for side in ("client", "server"):
        assert all(message["description"] for message in schema[side].get("anyOf", []))


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
    assert kinds("signaling", "server") - told == {"ice-candidate"}


def test_streams_say_nothing_else() -> None:
    messages = [
        *sent(streaming.StreamOutlet),
        streaming.started("call1", resumed=False, received=0),
        streaming.chunk_header(VoiceChunk(1, "opus", 48_000, 60.0, b"abc", (1, 2))),
        streaming.ack(5),
    ]
    for message in messages:
        check("stream", "server", message)
    assert kinds("stream", "server") == {message["type"] for message in messages}


def test_the_window_on_a_live_call_says_nothing_else() -> None:
    messages = sent(control.SocketOutlet, ALL - {control.AGENT})
    for message in messages:
        check("live", "server", message)
    assert kinds("live", "server") == {message["type"] for message in messages}
    assert not Draft202012Validator(schema_of("live")["client"]).is_valid({"type": "text"})


def test_clients_say_what_is_read() -> None:
    assert kinds("signaling", "client") == set(control._READERS)
    assert kinds("stream", "client") == set(streaming._READERS)


def test_http_doors_answer_so() -> None:
    check("session", "server", results.answer("v=0"))
    check("session", "server", json.loads(results.result(FINAL)))
    check("offer", "server", offer.answer("v=0", "call1"))
    check("pipecat", "server", smallwebrtc.answer("v=0", "p1"))


def test_vosks_clients_are_answered_so() -> None:
    check("vosk", "server", vosk.answer("v=0"))
    check("vosk", "server", vosk.partial("hel"))
    for words in (True, False):
        assert follows(vosk_messages.VoskResult, vosk.result([FINAL], words=words))


@pytest.mark.parametrize(
    ("config", "follows_it"),
    [
        *(({}, True), ({"sample_rate": 8000.0, "words": 0}, True), ({"sample_rate": 16000}, True)),
        *(({"sample_rate": 1}, False), ({"sample_rate": "16000"}, False), (3, False)),
        *(({"sample_rate": True}, False), ({"sample_rate": None}, False)),
    ],
)
def test_vosks_configurations_are_read_as_their_schema_says(config: Any, follows_it: bool) -> None:
    message = {"config": config}
    assert follows(vosk_messages.VoskConfig, message) is follows_it
    assert is_read(lambda: vosk.parse(json.dumps(message))) is follows_it


def is_read(parse: Callable[[], Any]) -> bool:
    try:
        parse()
    except VoiceError:
        return False
    return True


VALUES = st.one_of(
    *(st.none(), st.booleans(), st.integers(-1, 2), st.text("ab", max_size=2)),
    st.just(1.5),
)
CANDIDATE = st.dictionaries(st.sampled_from(["candidate", "sdp_mid", "sdp_mline_index"]), VALUES)
CANDIDATES = st.fixed_dictionaries(
    {},
    optional={
        "pc_id": st.one_of(st.just("p1"), VALUES),
        "candidates": st.one_of(
            st.lists(CANDIDATE.filter(bool), max_size=3),
            st.just([{"candidate": "a"}] * (MOST_CANDIDATES + 1)),
            VALUES,
        ),
    },
)


@given(CANDIDATES)
@example({"pc_id": "p1", "candidates": [{"candidate": "a", "sdp_mline_index": 0}]})
@example({"pc_id": "p1", "candidates": [{"candidate": "a", "sdp_mline_index": True}]})
@example({"pc_id": "p1", "candidates": [{"candidate": "a", "sdp_mid": 1}]})
def test_pipecats_candidates_are_read_as_their_schema_says(message: dict[str, Any]) -> None:
    """They have a reader of their own: other names of two keys, and one sentence for both."""
    read = is_read(lambda: smallwebrtc.parse_candidates(json.dumps(message).encode()))
    assert read is follows(http.PeerCandidates, message)


SAID_BY_RTVI = re.compile(r"_send_message\(\s*\"([a-z-]+)\"")


def test_rtvi_says_nothing_else() -> None:
    said = set(SAID_BY_RTVI.findall(Path(rtvi.__file__).read_text()))
    assert said == set(kinds_of_rtvi(rtvi_messages.ServerMessage))
    texts: list[str] = []
    peer = rtvi.RtviPeer("call1", texts.append, lambda _: None)
    for event in EVENTS:
        peer.emit(event)
    for kind in kinds_of_rtvi(rtvi_messages.ClientMessage):
        peer.receive(json.dumps({"label": "rtvi-ai", "type": kind, "id": "1"}))
    for text in texts:
        check("rtvi", "server", json.loads(text))


def kinds_of_rtvi(shape: type) -> tuple[str, ...]:
    return get_args(get_type_hints(shape)["type"])


@pytest.mark.parametrize("kind", [*kinds_of_rtvi(rtvi_messages.ClientMessage), "other"])
def test_rtvis_messages_are_understood_that_its_schema_has(kind: str) -> None:
    texts: list[str] = []
    peer = rtvi.RtviPeer("call1", texts.append, lambda _: None)
    peer.receive(json.dumps({"label": "rtvi-ai", "type": kind, "id": "1"}))
    refused = any(f"no message '{kind}'" in text for text in texts)
    assert refused is (kind == "other")
