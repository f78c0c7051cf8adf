"""One call from a sound file to its export, as `manage.py place_call` makes it."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest

from sessions_app.call_client.placing import CallError, CallOptions, place_call
from sessions_app.call_client.report import CallReport
from tests.fixtures.server import Product, wait_until
from tests.fixtures.speech import mostly, read_wav

SENTENCE = "good morning and welcome to the meeting"
Say = Callable[..., Path]


@pytest.fixture(scope="module")
def placed(product: Product, say: Say) -> CallReport:
    shown = product.manage("place_call", str(say(SENTENCE)), "--json", timeout=110)
    return CallReport(**json.loads(shown))


def words(text: str) -> list[str]:
    return "".join(c for c in text.lower() if c.isalpha() or c == " ").split()


def test_the_words_come_back_while_they_are_spoken(placed: CallReport) -> None:
    said = " ".join(segment["text"] for segment in placed.segments)
    assert mostly(said, SENTENCE)
    assert placed.timings["first_interim_ms"] < placed.timings["first_final_ms"]
    assert placed.timings["first_interim_ms"] < placed.timings["hang_up_ms"]
    assert [segment["seq"] for segment in placed.segments] == [1]
    assert (placed.state, placed.reason) == ("ended", "caller_hung_up")


def test_every_word_has_its_time(placed: CallReport) -> None:
    segment = placed.segments[0]
    times = [(word["startMs"], word["endMs"]) for word in segment["words"]]
    assert times == sorted(times)
    assert all(segment["startMs"] <= start <= end <= segment["endMs"] for start, end in times)
    assert segment["endMs"] <= placed.duration_ms


def test_recording_and_summary_are_made(product: Product, placed: CallReport) -> None:
    assert placed.recording["state"] == "done"
    assert placed.summary["state"] == "done"
    assert "few" in placed.summary["text"]
    call = product.json(f"/api/v1/calls/{placed.call}/")
    assert call["duration_ms"] == placed.duration_ms
    assert call["consented_at"] is not None
    status, sound = product.get(f"/api/v1/calls/{placed.call}/recording", "user")
    assert status == 200
    assert sound.startswith(b"OggS")


def test_the_export_holds_the_same_words(product: Product, placed: CallReport) -> None:
    text = placed.segments[0]["text"]
    for form in ("txt", "srt", "vtt", "csv", "json"):
        status, body = product.get(f"/api/v1/calls/{placed.call}/transcript.{form}", "user")
        assert status == 200
        assert text in " ".join(body.decode().split())


def test_no_spoken_word_is_in_the_log(product: Product, placed: CallReport) -> None:
    log = product.whole_log("web") + product.whole_log("worker")
    assert placed.call in log
    assert "welcome" not in log.lower()
    assert product.credentials["user"]["token"] not in log


async def test_a_wrong_token_is_said(product: Product, say: Say) -> None:
    options = CallOptions(say(SENTENCE), product.url, "vs_wrong")
    with pytest.raises(CallError, match="does not know this token"):
        await place_call(options)


async def test_an_unknown_agent_is_said(product: Product, say: Say) -> None:
    token = product.credentials["user"]["token"]
    options = CallOptions(say(SENTENCE), product.url, token, agent="nobody")
    with pytest.raises(CallError, match="transcribe-only"):
        await place_call(options)


async def test_without_consent_no_audio_is_kept(product: Product, say: Say) -> None:
    token = product.credentials["user"]["token"]
    options = CallOptions(say("hello"), product.url, token, records=False)
    report = await place_call(options)
    call = product.json(f"/api/v1/calls/{report.call}/")
    assert (call["recording"], call["consented_at"]) == (None, None)
    assert not (product.var / "lanes" / report.call).exists()
    status, _ = product.get(f"/api/v1/calls/{report.call}/recording", "user")
    assert status == 404


async def test_two_speak_at_once_in_real_time(product: Product, say: Say) -> None:
    token = product.credentials["user"]["token"]
    sound = say(SENTENCE, "the weather is very nice today", SENTENCE)
    options = CallOptions(sound, product.url, token, await_results=False)
    reports = await asyncio.gather(place_call(options), place_call(options))
    for report in reports:
        assert report.state != "failed"
        assert len(words(" ".join(s["text"] for s in report.segments))) >= 12
        assert report.timings["bye_ms"] - report.timings["hang_up_ms"] < 5000
    await asyncio.to_thread(
        wait_until, lambda: load(product)["calls"] == 0, 5, "the last call's end"
    )


def load(product: Product) -> dict[str, float]:
    return dict(json.loads(product.get("/readyz")[1])["load"])


def test_the_recording_sounds_like_the_file(
    product: Product, placed: CallReport, say: Say, tmp_path: Path
) -> None:
    _, sound = product.get(f"/api/v1/calls/{placed.call}/recording", "user")
    kept = tmp_path / "call.ogg"
    kept.write_bytes(sound)
    with av.open(str(kept)) as container:
        frames = [frame.to_ndarray() for frame in container.decode(audio=0)]
    caller = np.concatenate([f[0] if f.shape[0] == 2 else f[0, ::2] for f in frames])
    assert abs(len(caller) / 48 - placed.duration_ms) < 100
    spoken = np.repeat(read_wav(say(SENTENCE)).astype(float), 3)
    size = 1 << int(np.ceil(np.log2(len(caller) + len(spoken))))
    product_ = np.fft.rfft(caller, size) * np.conj(np.fft.rfft(spoken, size))
    at = int(np.argmax(np.fft.irfft(product_, size)[: len(caller)]))
    heard = caller[at : at + len(spoken)]
    assert np.corrcoef(heard, spoken[: len(heard)])[0, 1] > 0.8
