"""RTVI messages, both ways."""

import json
from typing import Any

import pytest

from sessions_app.engine.core.commands import Command
from sessions_app.engine.core.errors import NoAgentError
from sessions_app.engine.core.events import (
    CallEvent,
    FloorChanged,
    InterimChanged,
    Latency,
    NoteKind,
    NotesChanged,
    NoteTaken,
    SegmentFinal,
    Speaker,
    SpeechStarted,
    StateChanged,
    TokenMade,
    TurnEnded,
)
from sessions_app.engine.core.states import CallState, EndReason, Floor
from sessions_app.engine.protocols.rtvi import RtviPeer


class Client:
    """What one client was told, and what it made the call do."""

    def __init__(self, obeys: bool = True) -> None:
        self.sent: list[dict[str, Any]] = []
        self.obeyed: list[Command] = []
        self._obeys = obeys
        self.peer = RtviPeer("call1", lambda text: self.sent.append(json.loads(text)), self._obey)

    def _obey(self, command: Command) -> None:
        if not self._obeys:
            raise NoAgentError("It only transcribes.")
        self.obeyed.append(command)

    def says(self, kind: str, data: Any = None, message_id: str = "7") -> None:
        message = {"label": "rtvi-ai", "type": kind, "id": message_id, "data": data}
        self.peer.receive(json.dumps(message))

    def hears(self, *events: CallEvent) -> list[str]:
        before = len(self.sent)
        for event in events:
            self.peer.emit(event)
        return [message["type"] for message in self.sent[before:]]


@pytest.mark.parametrize(("theirs", "ours"), [("2.0.0", "2.1.0"), ("1.2.0", "1.2.0")])
def test_a_client_that_is_ready_gets_its_answer(theirs: str, ours: str) -> None:
    client = Client()
    client.says("client-ready", {"version": theirs, "about": {}}, "abc")
    (answer,) = client.sent
    assert (answer["type"], answer["id"], answer["data"]["version"]) == ("bot-ready", "abc", ours)


def test_an_answer_is_told_in_order() -> None:
    client = Client()
    latency = Latency(0, 100, 120, 300, 450)
    heard = client.hears(
        SpeechStarted(Speaker.CALLER, 0),
        InterimChanged(1, Speaker.CALLER, "hello", 0, 500),
        SegmentFinal(1, Speaker.CALLER, "Hello.", 0, 500),
        TokenMade(2, "Good "),
        TokenMade(2, "morning."),
        FloorChanged(Floor.AGENT_SPEAKING, 900),
        SegmentFinal(2, Speaker.AGENT, "Good morning.", 900, 1500),
        TurnEnded(2, Speaker.AGENT, 900, 1500, latency=latency),
        FloorChanged(Floor.LISTENING, 1500),
    )
    assert heard == [
        "user-started-speaking",
        "user-transcription",
        "user-transcription",
        "user-llm-text",
        "bot-llm-started",
        "bot-tts-started",
        "bot-llm-text",
        "bot-llm-text",
        "bot-started-speaking",
        "bot-tts-text",
        "bot-transcription",
        "bot-output",
        "bot-llm-stopped",
        "bot-tts-stopped",
        "metrics",
        "bot-stopped-speaking",
    ]
    ttfb = next(m["data"]["ttfb"] for m in client.sent if m["type"] == "metrics")
    assert ttfb == [
        {"processor": "responder", "value": 0.2},
        {"processor": "synthesiser", "value": 0.15},
    ]


def test_an_interruption_and_the_end_are_told() -> None:
    client = Client()
    assert "bot-interrupted" in client.hears(TurnEnded(2, Speaker.AGENT, 0, 9, interrupted=True))
    over = StateChanged(CallState.ENDED, EndReason.STAFF_ENDED, 900.0)
    assert client.hears(over) == ["server-message", "signalling"]
    bye, left = client.sent[-2:]
    assert (bye["data"]["type"], bye["data"]["reason"]) == ("bye", "staff_ended")
    assert left["message"] == {"type": "peerLeft"}


def test_what_it_asks_is_done() -> None:
    client = Client()
    client.says("send-text", {"content": "hello"})
    client.says("dtmf", {"buttons": ["1", "#"]})
    client.says("client-message", {"t": "interrupt"})
    client.says("client-message", {"t": "pause", "d": False})
    client.says("client-message", {"t": "mute"})
    client.says("client-message", {"t": "say", "d": "hello"})
    client.says("client-message", {"t": "app-message", "d": {"a": 1}})
    client.says("disconnect-bot")
    assert [str(command) for command in client.obeyed] == [
        "Say(text='hello')",
        "Press(keys=('1', '#'))",
        "Interrupt()",
        "PauseAgent(paused=False)",
        "Mute(muted=True)",
        "Speak(text='hello')",
        "AppMessage(data={'a': 1})",
        "HangUp()",
    ]


def test_text_that_is_urgent_interrupts() -> None:
    client = Client()
    client.hears(TokenMade(2, "Once upon"))
    client.says("send-text", {"content": "stop", "options": {"run_immediately": True}})
    assert [type(command).__name__ for command in client.obeyed] == ["Interrupt", "Say"]


def test_what_it_asks_for_is_answered_under_its_id() -> None:
    client = Client()
    client.hears(NotesChanged((NoteTaken(1, NoteKind.NOTE, "milk", 0.0),)))
    client.says("client-message", {"t": "notes"}, "n1")
    answer = client.sent[-1]
    assert (answer["id"], answer["data"]["t"]) == ("n1", "notes")
    assert answer["data"]["d"][0]["text"] == "milk"


def test_notes_are_sent_as_they_change_and_answered_as_they_are() -> None:
    client = Client()
    milk, tea, jam = (
        NoteTaken(n, NoteKind.NOTE, t, 0.0) for n, t in ((1, "milk"), (2, "tea"), (2, "jam"))
    )
    client.hears(NotesChanged((milk,)), NotesChanged((tea,)), NotesChanged(removed=(2,)))
    assert [len(m["data"]["notes"]) for m in client.sent] == [1, 1, 0]
    assert client.sent[-1]["data"]["removed"] == [2]
    client.hears(NotesChanged((jam,)))
    client.says("client-message", {"t": "notes"})
    assert [n["text"] for n in client.sent[-1]["data"]["d"]] == ["milk", "jam"]
    client.hears(NotesChanged((tea,), whole=True))
    client.says("client-message", {"t": "notes"})
    assert [n["text"] for n in client.sent[-1]["data"]["d"]] == ["tea"]


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("describe-actions", None),
        ("client-message", {"t": "fly"}),
        ("send-text", {}),
        ("dtmf", {}),
        ("dtmf", {"buttons": ["x"]}),
    ],
)
def test_what_is_not_understood_is_refused(kind: str, data: Any) -> None:
    client = Client()
    client.says(kind, data, "x1")
    assert (client.sent[-1]["type"], client.sent[-1]["id"]) == ("error-response", "x1")


def test_an_agent_that_says_nothing_is_told() -> None:
    client = Client(obeys=False)
    client.says("send-text", {"content": "hello"})
    assert client.sent[-1]["data"]["error"] == "It only transcribes."


@pytest.mark.parametrize(
    "text", ["ping: 123", '{"type": "signalling", "message": {"type": "trackStatus"}}', "[1]"]
)
def test_what_wants_no_answer_gets_none(text: str) -> None:
    client = Client()
    client.peer.receive(text)
    client.peer.receive(b"\0")
    assert client.sent == []


def test_what_is_no_json_is_told() -> None:
    client = Client()
    client.peer.receive("{")
    assert client.sent[-1]["type"] == "error"
