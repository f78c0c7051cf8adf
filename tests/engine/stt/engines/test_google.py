"""Google Speech against a server with its real limits: no word lost, none said twice."""

import asyncio
import itertools
import random
from collections.abc import AsyncIterator
from datetime import timedelta
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import pytest_asyncio
from google.api_core import exceptions
from google.cloud import speech_v1, speech_v2

from sessions_app.engine.core.errors import RecogniserError, RecogniserUnavailableError
from sessions_app.engine.core.frames import AudioFrame
from sessions_app.engine.stt.base import Recogniser
from sessions_app.engine.stt.engines import google
from sessions_app.engine.stt.engines.google import GoogleRecogniser
from sessions_app.engine.stt.engines.google_wire import WireV1, WireV2
from sessions_app.engine.stt.wrappers.retrying import Retrying
from sessions_app.engine.stt.wrappers.rollover import Rollover
from tests.fixtures.coded import assert_whole, finals_of, speak, talk
from tests.fixtures.google_server import GoogleServer, google_server

Status = import_module("grpc").StatusCode
BROKEN = (Status.UNAVAILABLE, Status.INTERNAL, Status.ABORTED, None)
LIMIT_S = 12.2
"""A twenty-fifth of the real one; the wrapper is told so."""


@pytest_asyncio.fixture
async def server() -> AsyncIterator[GoogleServer]:
    async with google_server() as running:
        running.limit_s = LIMIT_S
        yield running


@pytest_asyncio.fixture(params=["v1", "v2"])
async def plain(
    request: pytest.FixtureRequest, server: GoogleServer
) -> AsyncIterator[GoogleRecogniser]:
    engine = GoogleRecogniser(api=request.param, project="p", endpoint=server.endpoint)
    await engine.start()
    yield engine
    await engine.aclose()


@pytest_asyncio.fixture
async def v1(server: GoogleServer) -> AsyncIterator[GoogleRecogniser]:
    engine = GoogleRecogniser(endpoint=server.endpoint)
    await engine.start()
    yield engine
    await engine.aclose()


def lasting(inner: Recogniser) -> Recogniser:
    """Returns the engine as the settings stack it, on this server's scale."""
    return Retrying(Rollover(inner, limit_s=LIMIT_S - 0.6), first_s=0.01, longest_s=0.1, mute_s=4.0)


async def test_words_come_with_times_confidence_and_interims(plain: GoogleRecogniser) -> None:
    said = talk(3.0, 3)
    stream = plain.open("en-US", ["voicesite", "barge-in"])
    speaking = asyncio.create_task(speak(stream, said, start_ms=5_000.0))
    found = [hypothesis async for hypothesis in stream.results()]
    await speaking
    await stream.aclose()
    finals = [hypothesis for hypothesis in found if hypothesis.is_final]
    assert any(not hypothesis.is_final and hypothesis.text for hypothesis in found)
    words = [word for final in finals for word in final.words]
    assert [word.text for word in words] == said.words
    assert all(abs(w.start_ms - 5_000 - said.starts_ms[w.text]) < 1 for w in words)
    assert finals[0].confidence == pytest.approx(0.9)
    assert all(word.confidence == pytest.approx(0.9) for word in words)


async def test_the_request_asks_for_what_is_wanted(
    plain: GoogleRecogniser, server: GoogleServer
) -> None:
    stream = plain.open("de-DE", ["voicesite"])
    await speak(stream, talk(1.0, 2))
    await finals_of(stream)
    await stream.aclose()
    asked = str(server.configs[0])
    assert "de-DE" in asked
    assert "voicesite" in asked
    assert "enable_automatic_punctuation: true" in asked
    assert ("latest_long" in asked) or ("long" in asked and "projects/p/locations/global" in asked)


@pytest.mark.parametrize("sentence", [4, 60, None], ids=["pauses", "rare", "none"])
async def test_a_long_call_loses_no_word(
    v1: GoogleRecogniser, server: GoogleServer, sentence: int | None
) -> None:
    said = talk(90.0, sentence)
    stream = lasting(v1).open("en-US")
    speaking = asyncio.create_task(speak(stream, said))
    finals = await finals_of(stream)
    await speaking
    await stream.aclose()
    assert_whole(said, finals)
    assert server.streams >= 7


@pytest.mark.parametrize("sentence", [4, None], ids=["pauses", "none"])
@pytest.mark.parametrize("seed", range(3))
async def test_failures_at_any_moment_lose_no_word(
    v1: GoogleRecogniser, server: GoogleServer, seed: int, sentence: int | None
) -> None:
    dice = random.Random(seed)
    server.failing = ((dice.uniform(0.1, 15.0), dice.choice(BROKEN)) for _ in itertools.count())
    server.slow_s = 0.02
    said = talk(60.0, sentence)
    stream = lasting(v1).open("en-US")
    speaking = asyncio.create_task(speak(stream, said, speed=25.0))
    finals = await finals_of(stream)
    await speaking
    await stream.aclose()
    assert_whole(said, finals)


async def test_an_outage_is_outlived(v1: GoogleRecogniser, server: GoogleServer) -> None:
    said = talk(60.0, 5)
    stream = lasting(v1).open("en-US")
    speaking = asyncio.create_task(speak(stream, said, speed=25.0))
    reading = asyncio.create_task(finals_of(stream))
    for down in (True, False):
        before = server.audio_s
        if down:
            while server.audio_s < before + 15:  # noqa: ASYNC110 - the server tells nobody
                await asyncio.sleep(0.01)
        server.down = down
        await asyncio.sleep(0.6 if down else 0.0)  # fifteen seconds of the talk
    assert_whole(said, await reading)
    await speaking
    await stream.aclose()


@pytest.mark.parametrize("status", ["INVALID_ARGUMENT", "PERMISSION_DENIED", "UNAUTHENTICATED"])
async def test_a_refusal_is_not_tried_again(
    plain: GoogleRecogniser, server: GoogleServer, status: str
) -> None:
    server.refuse = getattr(Status, status)
    stream = lasting(plain).open("en-US")
    await stream.send(AudioFrame(np.ones(1_600, np.int16), 16_000, 0.0))
    with pytest.raises(RecogniserError, match="Google Speech refused") as refused:
        await finals_of(stream)
    assert not refused.value.retryable
    assert server.streams == 1
    await stream.aclose()


async def test_silence_ends_a_bare_stream(plain: GoogleRecogniser, server: GoogleServer) -> None:
    server.gap_s = 0.05
    stream = plain.open("en-US")
    await stream.send(AudioFrame(np.ones(1_600, np.int16), 16_000, 0.0))
    await asyncio.sleep(0.2)
    await stream.send(AudioFrame(np.ones(1_600, np.int16), 16_000, 100.0))
    with pytest.raises(RecogniserUnavailableError):
        await finals_of(stream)
    await stream.aclose()


async def test_without_credentials_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS", raising=False)
    monkeypatch.setenv("NO_GCE_CHECK", "true")
    monkeypatch.setenv("HOME", "/nonexistent")
    with pytest.raises(RecogniserError, match="GOOGLE_APPLICATION_CREDENTIALS"):
        await GoogleRecogniser().start()


def test_settings_that_cannot_work_are_named() -> None:
    with pytest.raises(RecogniserError, match="`project`"):
        GoogleRecogniser(api="v2")
    with pytest.raises(RecogniserError, match="v1 or v2"):
        GoogleRecogniser(api="v3")


@pytest.mark.parametrize("name", [*google.FATAL, "ServiceUnavailable", "OutOfRange", "Aborted"])
def test_every_failure_is_one_of_ours(name: str) -> None:
    kind: Any = getattr(exceptions, name)
    ours = google._as_ours(kind("secret words"))
    assert ours.retryable is (name not in google.FATAL)
    assert "secret" not in ours.message


def test_the_default_model_is_served_where_the_default_location_is() -> None:
    GoogleRecogniser(api="v2", project="p")
    GoogleRecogniser(api="v2", project="p", model="chirp_2", location="us-central1")
    with pytest.raises(RecogniserError, match=r"chirp_2 in the location `global`.*us-central1"):
        GoogleRecogniser(api="v2", project="p", model="chirp_2")


def answer_of(api: Any, **given: Any) -> Any:
    words = [
        api.WordInfo(word="hello", confidence=0.9, **given),
        api.WordInfo(word="there", confidence=0.9),
    ]
    best = SimpleNamespace(transcript="hello there", words=words, confidence=0.9)
    end = timedelta(seconds=2)
    result = SimpleNamespace(
        alternatives=[best], is_final=True, language_code="en", result_end_time=end,
        result_end_offset=end,
    )  # fmt: skip
    return SimpleNamespace(results=[result])


@pytest.mark.parametrize(
    ("wire", "api", "given", "label"),
    [
        (WireV1(), speech_v1, {"speaker_label": "2"}, "2"),
        (WireV1(), speech_v1, {"speaker_tag": 3}, "3"),
        (WireV2("p", "global", "_"), speech_v2.types.cloud_speech, {"speaker_label": "B"}, "B"),
    ],
)
def test_diarised_words_keep_their_speaker(
    wire: Any, api: Any, given: dict[str, Any], label: str
) -> None:
    (final,) = wire.hypotheses(answer_of(api, **given), 0.0, (0.0, 0.0))
    assert [word.speaker for word in final.words] == [label, ""]


@pytest.mark.parametrize("wire", [WireV1(), WireV2("p", "global", "_")])
def test_finals_without_words_follow_each_other(wire: Any) -> None:
    def result(text: str, end_s: float, *, final: bool) -> Any:
        end, best = timedelta(seconds=end_s), SimpleNamespace(transcript=text, words=[])
        best.confidence = 0.9
        return SimpleNamespace(
            alternatives=[best], is_final=final, language_code="en", result_end_time=end,
            result_end_offset=end,
        )  # fmt: skip

    told = [result("one", 2, final=True), result("two", 5, final=True), result("t", 6, final=False)]
    found = wire.hypotheses(SimpleNamespace(results=told), 10_000.0, (11_000.0, 16_000.0))
    assert [(one.text, one.start_ms, one.end_ms) for one in found] == [
        ("one", 11_000.0, 12_000.0),
        ("two", 12_000.0, 15_000.0),
        ("t", 15_000.0, 16_000.0),
    ]
