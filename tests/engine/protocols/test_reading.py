"""What a client is told of a mistake: the same words, whoever checks the message."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from sessions_app.engine.core.commands import Candidate, Resume
from sessions_app.engine.protocols import control, streaming
from sessions_app.engine.protocols.messages import signaling
from sessions_app.engine.protocols.reading import ProtocolError, Reader

OFFER = {"type": "offer", "sdp": "v=0"}
START = {"type": "session_start"}
MISTAKES: list[tuple[dict[str, Any], str]] = [
    ({"type": "offer"}, "`sdp` is missing, or not text."),
    ({"type": "offer", "sdp": None}, "`sdp` is missing, or not text."),
    ({"type": "offer", "sdp": ""}, "`sdp` is missing, or not text."),
    (OFFER | {"agentId": 5}, "`agentId` must be text."),
    (OFFER | {"features": "all"}, "`features` must be a list."),
    (OFFER | {"features": ["details", 7, 8]}, "`features` must be a list of names."),
    (OFFER | {"consent": ""}, "`consent` must be an object."),
    (OFFER | {"consent": {"recording": 1}}, "`consent.recording` must be true or false."),
    (OFFER | {"consent": {"notice": 1}}, "`consent.notice` must be text."),
    ({"type": "ice-candidate", "candidate": "x"}, "`candidate` must be an object or null."),
    ({"type": "ice-candidate", "candidate": {"candidate": 5}}, "`candidate` must be text."),
    (
        {"type": "ice-candidate", "candidate": {"candidate": "x", "sdpMLineIndex": True}},
        "`sdpMLineIndex` must be a whole number or null.",
    ),
    ({"type": "resume", "callId": []}, "`callId` is missing, or not text."),
    (
        {"type": "resume", "callId": "a", "lastSeq": -1},
        "`lastSeq` must be a whole number, 0 or more.",
    ),
    (
        {"type": "resume", "callId": "a", "lastSeq": 1.0},
        "`lastSeq` must be a whole number, 0 or more.",
    ),
    ({"type": "text", "text": ""}, "`text` is missing, or not text."),
    ({"type": "text", "text": " \n"}, "`text` must hold 1 to 2000 characters."),
    ({"type": "say", "text": "x" * 2001}, "`text` must hold 1 to 2000 characters."),
    ({"type": "keys"}, "`keys` is missing, or not text."),
    ({"type": "keys", "keys": "x"}, "`keys` must be 1 to 64 keys of a telephone, such as 12#."),
    ({"type": "mute"}, "`muted` must be true or false."),
    ({"type": "agent", "paused": 0}, "`paused` must be true or false."),
    (START | {"audio": []}, "`audio` must be an object."),
    (START | {"audio": {"codec": 1}}, "`codec` must be text."),
    (START | {"audio": {"sample_rate": "8"}}, "`sample_rate` must be a whole number, 0 or more."),
    (START | {"auth": {"token": 1}}, "`token` must be text."),
    (START | {"heldMs": -5}, "`heldMs` must be a whole number, 0 or more."),
]


@pytest.mark.parametrize(("message", "told"), MISTAKES)
def test_a_mistake_is_told_in_a_sentence(message: dict[str, Any], told: str) -> None:
    parse = streaming.parse if message["type"] == "session_start" else control.parse
    with pytest.raises(ProtocolError) as caught:
        parse(json.dumps(message))
    assert (caught.value.code, caught.value.message) == ("bad_message", told)


def test_what_the_client_sent_is_not_chained_to_the_error() -> None:
    with pytest.raises(ProtocolError) as caught:
        control.parse('{"type": "text", "text": ["a secret"]}')
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_the_first_mistake_of_a_long_list_is_enough() -> None:
    with pytest.raises(ProtocolError) as caught:
        Reader(signaling.OfferMessage)(OFFER | {"features": [1] * 10_000})
    assert isinstance(caught.value.__context__, ValidationError)
    assert caught.value.__context__.error_count() == 1


@pytest.mark.parametrize("nothing", [None, {"candidate": ""}, {"candidate": None, "sdpMid": 5}])
def test_an_end_mark_is_one_whatever_else_it_holds(nothing: Any) -> None:
    message = {"type": "ice-candidate", "candidate": nothing, "callId": 5}
    assert control.parse(json.dumps(message)) is None


def test_null_is_as_good_as_missing() -> None:
    given = {"candidate": "x", "sdpMid": None, "sdpMLineIndex": None}
    message = {"type": "ice-candidate", "candidate": given, "callId": None}
    assert control.parse(json.dumps(message)) == Candidate("x")
    message = {"type": "resume", "callId": "a", "lastSeq": None, "features": None}
    assert control.parse(json.dumps(message)) == Resume("a")


def test_numbers_may_be_of_any_size() -> None:
    message = {"type": "resume", "callId": "a", "lastSeq": 10**30}
    assert control.parse(json.dumps(message)) == Resume("a", 10**30)
