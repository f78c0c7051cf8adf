"""Text is cleaned at every door: the same dirt is sent to each, and none of it comes in."""

import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from dataclasses import fields, is_dataclass
from typing import Any

import pytest
from rest_framework.test import APIClient

from sessions_app.admin.agents import AgentForm
from sessions_app.engine.agent.reply import Reply
from sessions_app.engine.agent.responders.base import CallHost
from sessions_app.engine.agent.tools import Tool
from sessions_app.engine.agent.voice import AgentVoice
from sessions_app.engine.audio.playout import Playout
from sessions_app.engine.audio.speech_encoder import ClipCache
from sessions_app.engine.core.events import (
    CallEvent,
    Hypothesis,
    InterimChanged,
    NoteKind,
    SegmentFinal,
    Speaker,
    Word,
)
from sessions_app.engine.core.frames import AudioFrame
from sessions_app.engine.protocols import (
    control,
    offer,
    results,
    rtvi,
    smallwebrtc,
    streaming,
    vosk,
)
from sessions_app.engine.session.notebook import Notebook
from sessions_app.engine.session.tool_context import ToolContext
from sessions_app.engine.session.transcriber import SegmentNumbers, Transcriber
from sessions_app.engine.stt.base import RecogniserStream
from sessions_app.engine.text.cleaning import clean
from sessions_app.engine.tts.engines.scripted import ScriptedSynthesiser
from tests.admin.test_agents import GIVEN
from tests.conftest import PASSWORD, CallMaker
from tests.static_files import static_files  # noqa: F401 - a fixture

DIRT = "no\ud83d\x00\x1b\ufffe\u202e" + "e" + "\u0301" * 1_000
CLEAN = clean(DIRT)
NESTED = {"a": [DIRT, {DIRT: DIRT}]}


def told(**message: Any) -> str:
    return json.dumps(message)


def texts(value: Any) -> list[str]:
    """Returns every text in a command, however deep."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for pair in value.items() for item in pair for text in texts(item)]
    if isinstance(value, list | tuple | frozenset):
        return [text for item in value for text in texts(item)]
    if is_dataclass(value):
        return [t for field in fields(value) for t in texts(getattr(value, field.name))]
    return []


def over_rtvi(message: str) -> list[Any]:
    found: list[Any] = []
    rtvi.RtviPeer("call", lambda _: None, found.append).receive(message)
    return found


DOORS: dict[str, Callable[[], Any]] = {
    "text": lambda: control.parse(told(type="text", text=DIRT)),
    "say": lambda: control.parse(told(type="say", text=DIRT)),
    "app message": lambda: control.parse(told(type="app-message", data=NESTED)),
    "offer": lambda: control.parse(
        told(type="offer", sdp=DIRT, agentId=DIRT, callId=DIRT, consent={"notice": DIRT})
    ),
    "candidate": lambda: control.parse(
        told(type="ice-candidate", candidate={"candidate": DIRT, "sdpMid": DIRT})
    ),
    "stream": lambda: streaming.parse(
        told(
            type="session_start",
            agentId=DIRT,
            locale=DIRT,
            voice=DIRT,
            features=[DIRT],
            consent={"notice": DIRT},
            auth={"token": DIRT},
        )
    ),
    "rtvi text": lambda: over_rtvi(told(type="send-text", data={"content": DIRT})),
    "rtvi say": lambda: over_rtvi(told(type="client-message", data={"t": "say", "d": DIRT})),
    "rtvi app": lambda: over_rtvi(
        told(type="client-message", data={"t": "app-message", "d": NESTED})
    ),
    "results": lambda: results.parse(told(offer=DIRT, agentId=DIRT).encode()),
    "http offer": lambda: offer.parse(told(sdp=DIRT, agentId=DIRT).encode()),
    "vosk offer": lambda: vosk.parse_offer(told(sdp=DIRT).encode()),
    "pipecat": lambda: smallwebrtc.parse_offer(
        told(sdp=DIRT, pc_id=DIRT, requestData={"agentId": DIRT}).encode()
    ),
    "pipecat start": lambda: smallwebrtc.parse_start(told(body={"agentId": DIRT}).encode()),
    "pipecat candidate": lambda: smallwebrtc.parse_candidates(
        told(pc_id=DIRT, candidates=[{"candidate": DIRT}]).encode()
    ),
}


@pytest.mark.parametrize("door", DOORS)
def test_what_clients_send_comes_in_clean(door: str) -> None:
    found = texts(DOORS[door]())
    assert CLEAN in found
    assert [text for text in found if clean(text) != text] == []


async def test_what_a_model_says_comes_in_clean() -> None:
    async def tokens() -> AsyncGenerator[str, None]:
        for token in ("Look ", "\ud83d", "\ude00", "\x00", ", ", DIRT, "."):
            yield token

    shown: list[str] = []
    mute: list[str] = []
    voice = AgentVoice(ScriptedSynthesiser(pace=0), ClipCache(), "scripted", "", 1.0)
    reply = Reply(
        tokens(),
        voice,
        Playout(lambda: 0.0),
        mute=True,
        on_token=shown.append,
        on_mute=lambda piece: mute.append(piece.text),
    )
    reply.allow()
    await reply.run()
    assert "".join(shown) == f"Look 😀, {CLEAN}."
    assert all(shown)
    assert [clean(text) for text in mute] == mute != []


async def test_what_a_model_gives_its_tools_and_they_return_is_clean() -> None:
    given: list[str] = []

    async def note(_host: CallHost, text: str) -> str:
        given.append(text)
        return DIRT

    tool = Tool("note", "", {}, note)
    host = ToolContext(Notebook(lambda _: None, lambda: 0.0), lambda: 0.0, _nothing)
    assert await tool.run(host, told(text=DIRT)) == CLEAN
    assert given == [CLEAN]


async def _nothing(_query: str, _limit: int) -> list[Any]:
    return []


def test_what_a_responder_writes_and_sends_is_clean() -> None:
    sent: list[Any] = []
    desk = ToolContext(Notebook(lambda _: None, lambda: 0.0), lambda: 0.0, _nothing, sent.append)
    desk.confirm()
    assert desk.add_note(NoteKind.NOTE, DIRT).text == CLEAN
    desk.send_app(NESTED)
    assert sent == [{"a": [CLEAN, {CLEAN: CLEAN}]}]


class Dirty(RecogniserStream):
    """An engine that says an interim and a final."""

    async def send(self, frame: AudioFrame) -> None:
        return

    async def flush(self, *, cut: bool = False) -> None:
        return

    async def finish(self) -> None:
        return

    async def aclose(self) -> None:
        return

    async def results(self) -> AsyncIterator[Hypothesis]:
        yield Hypothesis(DIRT, False, 0, 100)
        words = (Word(DIRT, 0, 50), Word("\ud83d", 50, 100))
        yield Hypothesis(f"{DIRT} \ud83d", True, 0, 100, words)


async def test_what_a_recogniser_hears_comes_in_clean() -> None:
    events: list[CallEvent] = []
    made = Transcriber(
        Dirty(), Speaker.CALLER, SegmentNumbers(), events.append, language="en", gated=False
    )
    made.start()
    await made.finish()
    interims = [e.text for e in events if isinstance(e, InterimChanged)]
    finals = [e for e in events if isinstance(e, SegmentFinal)]
    assert finals
    assert interims
    assert [clean(text) for text in interims] == interims
    for final in finals:
        assert [clean(text) for text in texts(final)] == texts(final)
        assert all(word.text.strip() for word in final.words)


def test_what_comes_over_rest_comes_in_clean(make_call: CallMaker, alice: Any) -> None:
    call = make_call(alice)
    client = APIClient()
    assert client.login(username="alice", password=PASSWORD)
    path = f"/api/v1/calls/{call.public_id}/"
    answer = client.patch(path, told(title=DIRT), content_type="application/json")
    assert answer.status_code == 200, answer.content
    call.refresh_from_db()
    assert call.title == CLEAN
    deep = client.patch(path, "[" * 100_000, content_type="application/json")
    assert deep.status_code == 400


@pytest.mark.django_db
def test_what_operators_type_comes_in_clean() -> None:
    dirty = {
        "prompt": "\x1b\u202eprompt",
        "greeting": "e" + "\u0301" * 1_000,
        "phrases": "one\r\ntwo\ufffe",
        "responder_options": '{"model": "\\ud83d\\u0000m"}',
        "is_active": "on",
    }
    form = AgentForm(GIVEN | dirty)
    assert form.is_valid(), form.errors
    assert form.cleaned_data["prompt"] == "prompt"
    assert form.cleaned_data["responder_options"] == {"model": "m"}
    agent = form.save(commit=False)
    assert clean(agent.greeting) == agent.greeting
    assert agent.phrases.split() == ["one", "two"]
