import json
from typing import Any

import pytest

from sessions_app.core.commands import Candidate, Command, HangUp, Offer, Resume
from sessions_app.core.errors import VoiceError
from sessions_app.core.events import (
    InterimChanged,
    RecognitionFailed,
    SegmentFinal,
    Speaker,
    SpeechStarted,
    StateChanged,
    Word,
)
from sessions_app.core.states import CallState, EndReason
from sessions_app.dialects import control

FINAL = SegmentFinal(
    3, Speaker.CALLER, "Go on.", 100.4, 900.6, (Word("go", 100, 400), Word("on", 400, 900)), None
)
INTERIM = InterimChanged(3, Speaker.CALLER, "go", 100, 400)


@pytest.mark.parametrize(
    ("message", "command"),
    [
        ({"type": "offer", "sdp": "v=0"}, Offer("v=0")),
        (
            {
                "type": "offer",
                "sdp": "v=0",
                "agentId": "scribe",
                "features": ["details", 7],
                "consent": {"recording": True, "notice": "2026-11"},
                "unknown": 1,
            },
            Offer("v=0", "scribe", frozenset({"details"}), records=True, notice="2026-11"),
        ),
        ({"type": "offer", "sdp": "v=0", "consent": {"recording": "yes"}}, Offer("v=0")),
        (
            {
                "type": "ice-candidate",
                "candidate": {"candidate": "candidate:1", "sdpMid": "0", "sdpMLineIndex": 0},
            },
            Candidate("candidate:1", "0", 0),
        ),
        ({"type": "ice-candidate", "candidate": None}, None),
        ({"type": "ice-candidate"}, None),
        ({"type": "ice-candidate", "candidate": {"candidate": "", "sdpMid": "0"}}, None),
        ({"type": "resume", "callId": "abc", "lastSeq": 4}, Resume("abc", 4)),
        ({"type": "resume", "callId": "abc"}, Resume("abc")),
        ({"type": "bye"}, HangUp()),
    ],
)
def test_messages_become_commands(message: dict[str, Any], command: Command | None) -> None:
    assert control.parse(json.dumps(message)) == command


@pytest.mark.parametrize(
    ("text", "code", "hint"),
    [
        ("{", "bad_json", "JSON object"),
        ("[]", "bad_json", "JSON object"),
        ("[" * 50_000, "bad_json", "JSON object"),
        ('{"type":"shout"}', "unknown_type", "offer"),
        ('{"type":7}', "unknown_type", "offer"),
        ("{}", "unknown_type", "offer"),
        ('{"type":"offer"}', "bad_message", "sdp"),
        ('{"type":"offer","sdp":5}', "bad_message", "sdp"),
        ('{"type":"offer","sdp":"v=0","agentId":5}', "bad_message", "agentId"),
        ('{"type":"offer","sdp":"v=0","features":"all"}', "bad_message", "features"),
        ('{"type":"ice-candidate","candidate":"x"}', "bad_message", "candidate"),
        (
            '{"type":"ice-candidate","candidate":{"candidate":"x","sdpMLineIndex":"0"}}',
            "bad_message",
            "sdpMLineIndex",
        ),
        ('{"type":"resume"}', "bad_message", "callId"),
        ('{"type":"resume","callId":"a","lastSeq":-1}', "bad_message", "lastSeq"),
        ('{"type":"resume","callId":"a","lastSeq":true}', "bad_message", "lastSeq"),
        (json.dumps({"type": "offer", "sdp": "x" * 70_000}), "too_large", "64 KiB"),
    ],
)
def test_what_is_wrong_is_named(text: str, code: str, hint: str) -> None:
    with pytest.raises(control.ProtocolError, match=hint) as caught:
        control.parse(text)
    assert caught.value.code == code


def socket_hears(features: set[str], *events: Any) -> list[control.Message]:
    heard: list[control.Message] = []
    outlet = control.SocketOutlet("call-1", frozenset(features), heard.append)
    for event in events:
        outlet.emit(event)
    return heard


def test_a_plain_client_hears_finals_and_the_end_only() -> None:
    heard = socket_hears(
        set(),
        StateChanged(CallState.ACTIVE),
        SpeechStarted(Speaker.CALLER, 100),
        INTERIM,
        FINAL,
        StateChanged(CallState.ENDED, EndReason.CALLER_HUNG_UP, 1234.5),
    )
    assert heard[0] == {"type": "transcript", "role": "user", "text": "Go on.", "final": True}
    assert heard[1:] == [
        {"type": "bye", "callId": "call-1", "reason": "caller_hung_up", "durationMs": 1234}
    ]


def test_our_page_hears_everything() -> None:
    heard = socket_hears(
        {"details", "interims", "status"}, StateChanged(CallState.ACTIVE), INTERIM, FINAL
    )
    assert [message["type"] for message in heard] == ["status", "transcript", "transcript"]
    assert heard[0]["state"] == "active"
    assert (heard[1]["seq"], heard[1]["final"]) == (3, False)
    assert heard[2] == {
        "type": "transcript",
        "role": "user",
        "text": "Go on.",
        "final": True,
        "seq": 3,
        "startMs": 100,
        "endMs": 901,
        "confidence": None,
        "words": [
            {"text": "go", "startMs": 100, "endMs": 400, "confidence": None},
            {"text": "on", "startMs": 400, "endMs": 900, "confidence": None},
        ],
        "callId": "call-1",
    }


def test_a_recogniser_that_is_out_is_told() -> None:
    heard = socket_hears(set(), RecognitionFailed("The recogniser is out."))
    assert heard[0]["code"] == "recogniser_failed"
    assert heard[0]["message"] == "The recogniser is out."


def test_the_channel_hears_status_always_and_words_on_request() -> None:
    heard: list[str] = []
    control.ChannelOutlet(frozenset(), heard.append).emit(StateChanged(CallState.ACTIVE))
    control.ChannelOutlet(frozenset(), heard.append).emit(FINAL)
    control.ChannelOutlet(frozenset({"channel"}), heard.append).emit(FINAL)
    assert [json.loads(text)["type"] for text in heard] == ["status", "transcript"]


def test_errors_tell_when_to_come_back() -> None:
    assert "retryAfterS" not in control.error(VoiceError("x"))
    assert control.error(VoiceError("x"), 30)["retryAfterS"] == 30
