import json
from typing import Any

import pytest

from sessions_app.engine.core.commands import (
    Candidate,
    Command,
    HangUp,
    Interrupt,
    Offer,
    PauseAgent,
    Resume,
    Say,
)
from sessions_app.engine.core.errors import VoiceError
from sessions_app.engine.core.events import (
    AgentFailed,
    CallEvent,
    FloorChanged,
    InterimChanged,
    Latency,
    NoteKind,
    NotesChanged,
    NoteTaken,
    RecognitionFailed,
    SegmentFinal,
    Speaker,
    SpeechStarted,
    StateChanged,
    TurnEnded,
    Word,
)
from sessions_app.engine.core.states import CallState, EndReason, Floor
from sessions_app.engine.protocols import control, event_messages
from sessions_app.engine.protocols.reading import ProtocolError

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
                "features": ["details"],
                "consent": {"recording": True, "notice": "2026-11"},
                "unknown": 1,
            },
            Offer("v=0", "scribe", frozenset({"details"}), records=True, notice="2026-11"),
        ),
        ({"type": "offer", "sdp": "v=0", "consent": {"recording": None}}, Offer("v=0")),
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
        ('{"type":"offer","sdp":"v=0","features":["details",7]}', "bad_message", "features"),
        ('{"type":"offer","sdp":"v=0","consent":true}', "bad_message", "`consent`"),
        *(
            (
                f'{{"type":"offer","sdp":"v=0","consent":{{"recording":{no}}}}}',
                "bad_message",
                "recording",
            )
            for no in ("1", '"true"', "[]")
        ),
        ('{"type":"offer","sdp":"v=0","consent":{"notice":5}}', "bad_message", "notice"),
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
    with pytest.raises(ProtocolError, match=hint) as caught:
        control.parse(text)
    assert caught.value.code == code


def socket_hears(features: set[str], *events: Any) -> list[Any]:
    heard: list[Any] = []
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
    obeyed: list[Any] = []
    plain = control.ControlChannelPeer(frozenset(), heard.append, obeyed.append)
    plain.emit(StateChanged(CallState.ACTIVE))
    plain.emit(FINAL)
    control.ControlChannelPeer(frozenset({"channel"}), heard.append, obeyed.append).emit(FINAL)
    assert [json.loads(text)["type"] for text in heard] == ["status", "transcript"]


def test_the_channel_is_obeyed_like_the_socket() -> None:
    heard: list[str] = []
    obeyed: list[Any] = []
    peer = control.ControlChannelPeer(frozenset(), heard.append, obeyed.append)
    peer.receive('{"type": "interrupt"}')
    peer.receive('{"type": "text", "text": "hello"}')
    peer.receive(b"x")
    peer.receive("{")
    assert [type(command).__name__ for command in obeyed] == ["Interrupt", "Say"]
    assert [json.loads(text)["code"] for text in heard] == ["bad_json", "bad_json"]


def test_errors_tell_when_to_come_back() -> None:
    assert "retryAfterS" not in control.error(VoiceError("x"))
    assert control.error(VoiceError("x"), 30)["retryAfterS"] == 30


@pytest.mark.parametrize(
    ("message", "command"),
    [
        ({"type": "interrupt"}, Interrupt()),
        ({"type": "text", "text": " Hello "}, Say("Hello")),
        ({"type": "agent", "paused": True}, PauseAgent(paused=True)),
    ],
)
def test_an_agent_can_be_told(message: dict[str, object], command: object) -> None:
    assert control.parse(json.dumps(message)) == command


@pytest.mark.parametrize(
    "message",
    [
        {"type": "text"},
        {"type": "text", "text": " "},
        {"type": "text", "text": "x" * 2001},
        {"type": "agent"},
        {"type": "agent", "paused": 1},
    ],
)
def test_a_wish_that_cannot_be_read_is_named(message: dict[str, object]) -> None:
    with pytest.raises(ProtocolError, match=r"`(text|paused)`"):
        control.parse(json.dumps(message))


def pushed(event: CallEvent, *features: str) -> list[dict[str, Any]]:
    messages: list[Any] = []
    control.SocketOutlet("c1", frozenset(features), messages.append).emit(event)
    return messages


def test_an_interrupted_sentence_says_what_was_heard_and_what_was_meant() -> None:
    said = SegmentFinal(3, Speaker.AGENT, "One two three.", 0, 500, heard_text="One two", turn=2)
    assert pushed(said) == [
        {"type": "transcript", "role": "agent", "text": "One two", "final": True}
    ]
    detailed = pushed(said, "details")[0]
    assert detailed["interrupted"] is True
    assert detailed["fullText"] == "One two three."
    assert detailed["turn"] == 2


def test_a_sentence_of_which_nothing_was_heard_is_for_clients_with_details() -> None:
    unheard = SegmentFinal(3, Speaker.AGENT, "One.", 0, 0, heard_text="")
    assert pushed(unheard) == []
    assert pushed(unheard, "details")[0]["text"] == ""


def test_notes_tell_what_is_gone_and_whether_that_is_all() -> None:
    note = NoteTaken(2, NoteKind.NOTE, "milk", 0.0)
    assert event_messages.notes(NotesChanged(removed=(2,))) == {
        "type": "notes",
        "notes": [],
        "removed": [2],
    }
    whole = event_messages.notes(NotesChanged((note,), whole=True))
    assert (len(whole["notes"]), whole["whole"]) == (1, True)


def test_floor_notes_and_metrics_need_the_feature_agent() -> None:
    events: list[CallEvent] = [
        FloorChanged(Floor.THINKING, 10.4),
        NotesChanged((NoteTaken(1, NoteKind.ACTION, "Call Ann", 99.6),)),
        TurnEnded(2, Speaker.AGENT, 0, 9, latency=Latency(1.2, 2, None, 4, 5)),
    ]
    assert [pushed(event) for event in events] == [[], [], []]
    told = [pushed(event, "agent")[0] for event in events]
    assert told == [
        {"type": "floor", "floor": "thinking", "atMs": 10},
        {
            "type": "notes",
            "notes": [{"number": 1, "kind": "action", "text": "Call Ann", "atMs": 100}],
        },
        {
            "type": "metrics",
            "turn": 2,
            "speechEndMs": 1,
            "endpointMs": 2,
            "finalMs": None,
            "firstTokenMs": 4,
            "firstAudioMs": 5,
        },
    ]
    assert pushed(TurnEnded(1, Speaker.CALLER, 0, 9), "agent") == []


def test_a_failing_agent_is_told_and_can_be_recovered_from() -> None:
    told = pushed(AgentFailed("responder_unavailable", "No answer came."))
    assert told == [
        {
            "type": "error",
            "code": "responder_unavailable",
            "message": "No answer came.",
            "recoverable": True,
        }
    ]
