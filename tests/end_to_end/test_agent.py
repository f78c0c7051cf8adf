"""An agent in a real call: greeted by it, answered by it, talking over it."""

import asyncio
import io
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import numpy as np
import pytest

from tests.fixtures.server import Product, wait_until
from tests.fixtures.speech import read_wav
from tests.fixtures.talker import Talker

Say = Callable[..., Path]
STORYTELLER = (
    "from sessions_app.models import Agent\n"
    "for slug, recogniser in (('teller', 'default'), ('hummed-at', 'hums')):\n"
    "    Agent.objects.create(slug=slug, name=slug.title(), recogniser=recogniser,"
    " responder='scripted', silence_s=0)"
)


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """A product with a scripted agent besides the scribe."""
    settings = {"DJANGO_SETTINGS_MODULE": "tests.fixtures.agent_settings"}
    product = Product(tmp_path_factory.mktemp("product"), settings)
    product.prepare()
    product.manage("shell", "-c", STORYTELLER)
    with product.running("web", "worker"):
        yield product


async def test_the_scribe_greets_listens_and_answers(product: Product, say: Say) -> None:
    async with Talker(product, "scribe") as talker:
        await talker.sees(talker.said, "the greeting")
        assert talker.said() == ["Hello, this is the scribe. Say help to hear what I can do."]
        assert len(talker.loud()) > 100
        await talker.send(type="text", text="take a note buy milk")
        await talker.sees(lambda: talker.of("notes")[-1]["notes"], "the note")
        assert [n["text"] for n in talker.of("notes")[-1]["notes"]] == ["buy milk"]
        await talker.sees(lambda: "Noted: buy milk." in talker.said(), "the answer")
        await talker.microphone.speak(read_wav(say("read my notes")))
        await talker.sees(lambda: "Note 1: buy milk." in talker.said(), "the notes")
        measured = talker.of("metrics")[-1]
        bye = await talker.hang_up()
    stages = [measured[k] for k in ("speechEndMs", "endpointMs", "firstTokenMs", "firstAudioMs")]
    assert stages == sorted(stages)
    assert bye["reason"] == "caller_hung_up"
    _the_call_is_kept_whole(product, talker.call_id)


def _the_call_is_kept_whole(product: Product, call_id: str) -> None:
    path = f"/api/v1/calls/{call_id}/"
    done = wait_until(
        lambda: (product.json(path)["summary"] or {}).get("state") == "done", 20, "the summary"
    )
    assert done
    segments = product.json(f"{path}segments")["segments"]
    assert [s["seq"] for s in segments] == list(range(1, len(segments) + 1))
    roles = [s["role"] for s in sorted(segments, key=lambda s: (s["start_ms"], s["seq"]))]
    assert roles == ["agent", "user", "agent", "user", "agent", "agent"]
    assert product.json(f"{path}summary")["key_points"][0]["text"] == "buy milk"
    _, sound = product.get(f"{path}recording", "user")
    caller, agent = _channels(sound)
    greeting = segments[0]
    span = slice(greeting["start_ms"] * 48, greeting["end_ms"] * 48)
    assert np.abs(agent[span]).max() > 2000
    assert np.abs(caller[span]).max() < 500


def _channels(sound: bytes) -> tuple[np.ndarray, np.ndarray]:
    with av.open(io.BytesIO(sound), "r") as file:
        resampler = av.AudioResampler("s16", "stereo", 48_000)
        frames = [f for frame in file.decode(audio=0) for f in resampler.resample(frame)]
    audio = np.concatenate([f.to_ndarray().reshape(-1, 2) for f in frames]).astype(np.int32)
    return audio[:, 0], audio[:, 1]


async def test_talked_over_it_is_silent_at_once_and_knows_what_was_heard(
    product: Product, say: Say
) -> None:
    async with Talker(product, "teller") as talker:
        await talker.send(type="text", text="tell me a story")
        await talker.sees(lambda: len(talker.loud()) > 75, "the story")
        question = read_wav(say("please tell me about the weather"))
        began = await talker.microphone.speak(question)
        await talker.sees(lambda: talker.of("transcript", interrupted=True), "the interruption")
        cut = talker.of("transcript", interrupted=True)[0]
        later = [at for at in talker.loud(began) if at < began + 2.0]
        await talker.until("transcript", role="user", final=True, limit_s=20)
        await talker.hang_up()
    assert later[-1] - began < 1.5  # the campaign tells how soon
    assert cut["fullText"].startswith(cut["text"])
    assert 0 < len(cut["text"]) < len(cut["fullText"])


async def test_a_hum_pauses_it_and_it_goes_on(product: Product, say: Say) -> None:
    async with Talker(product, "hummed-at") as talker:
        await talker.send(type="text", text="tell me a story")
        await talker.sees(lambda: len(talker.loud()) > 100, "the story")
        await talker.microphone.speak(read_wav(say("okay")))
        await talker.sees(lambda: talker.of("floor", floor="paused"), "the pause")
        await talker.sees(lambda: talker.of("floor")[-1]["floor"] == "agent_speaking", "going on")
        assert not talker.of("transcript", interrupted=True)
        await talker.send(type="interrupt")
        await talker.sees(lambda: talker.floor() == "listening", "silence")
        await talker.hang_up()


async def test_a_telephone_that_knows_no_opus_talks_and_presses_keys(
    product: Product, say: Say
) -> None:
    async with Talker(product, "teller", "audio/PCMU") as talker:
        await talker.press(5)
        await talker.press(11)  # the key that ends a number
        await talker.sees(lambda: len(talker.loud()) > 75, "the story that answers them")
        keys = [m["key"] for m in talker.of("transcript", role="user")]
        await talker.send(type="interrupt")
        await talker.microphone.speak(read_wav(say("please tell me about the weather")))
        await talker.sees(lambda: len(talker.said("user")) > 2, "words")
        await talker.hang_up()
    assert keys == ["5", "#"]
    path = f"/api/v1/calls/{talker.call_id}/"
    segments = product.json(f"{path}segments")["segments"]
    pressed = [s["text"] for s in segments if s["source"] == "keypad"]
    assert pressed == ["Pressed 5", "Pressed #"]
    product.recorded(talker.call_id)
    assert "Caller: Pressed 5" in product.get(f"{path}transcript.txt", "user")[1].decode()
    caller, agent = _channels(product.get(f"{path}recording", "user")[1])
    assert np.abs(caller).max() > 2000
    assert np.abs(agent).max() > 2000


async def test_a_caller_who_mutes_is_answered_and_heard_again_at_his_time(
    product: Product, say: Say
) -> None:
    """Without a track nothing is sent: silence is told by the clock alone."""
    sentence = read_wav(say("please open the second window"))
    async with Talker(product, "hummed-at") as talker:
        began_s = await talker.microphone.speak(sentence)
        (sender,) = talker.pc.getSenders()
        sender.replaceTrack(None)
        muted_s = time.monotonic()
        await talker.sees(lambda: talker.said("user"), "the final")
        await talker.sees(lambda: talker.loud(muted_s), "the answer")
        assert talker.loud(muted_s)[0] - muted_s < 2.5  # a busy machine: a second is usual
        await talker.send(type="interrupt")
        await talker.sees(lambda: time.monotonic() - muted_s > 3, "a while")
        talker.microphone.go_on()
        sender.replaceTrack(talker.microphone)
        again_s = await talker.microphone.speak(sentence)
        await talker.sees(lambda: len(talker.said("user")) == 2, "the second final")
        first, second = talker.of("transcript", role="user", final=True)
        bye = await talker.hang_up()
    apart_ms = 1000 * (again_s - began_s)
    assert second["startMs"] - first["startMs"] == pytest.approx(apart_ms, abs=150)
    call = await asyncio.to_thread(product.recorded, talker.call_id)
    assert abs(call["duration_ms"] - bye["durationMs"]) < 100


async def test_a_call_that_is_only_typed_has_its_length(product: Product) -> None:
    async with Talker(product, "hummed-at") as talker:
        (sender,) = talker.pc.getSenders()
        sender.replaceTrack(None)
        await talker.send(type="text", text="hello")
        await talker.sees(lambda: talker.of("floor", floor="agent_speaking"), "the answer")
        began_s = time.monotonic()
        await talker.sees(lambda: time.monotonic() - began_s > 1, "a while")
        bye = await talker.hang_up()
    assert bye["durationMs"] > 1_000
