"""What answers ask of Chromium's Opus, and what comes of it."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import numpy as np
import pytest
from playwright.sync_api import Browser, expect

from sessions_app.engine.core.frames import SPEECH_RATE
from tests.fixtures.call_page import sign_in
from tests.fixtures.chromium import chromium
from tests.fixtures.server import OWN_PATH, UNHEARD, Product
from tests.fixtures.speech import read_wav, write_wav

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

SENTENCES = ("good morning and welcome to the meeting", "the weather is very nice today")
QUIET_S = 6
SOON_S = 0.3
BLOCK = SPEECH_RATE // 50


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    settings = UNHEARD | {"VOICE_AUDIO_DTX": "1"}
    with Product(tmp_path / "var", settings).running("web", "worker") as product:
        yield product


@pytest.fixture
def spoken(tmp_path: Path, say: Callable[..., Path]) -> Path:
    """Returns two sentences with a long silence between."""
    first, second = (read_wav(say(sentence)) for sentence in SENTENCES)
    quiet = np.zeros(QUIET_S * SPEECH_RATE, np.int16)
    path = tmp_path / "spoken.wav"
    write_wav(path, np.concatenate([quiet[: 2 * SPEECH_RATE], first, quiet, second, quiet]))
    return path


@pytest.fixture
def browser(spoken: Path) -> Iterator[Browser]:
    with chromium(spoken) as browser:
        yield browser


def longest_silence_s(samples: np.ndarray) -> float:
    """Returns how long the longest silence between sounds lasts."""
    blocks = samples[: len(samples) // BLOCK * BLOCK].reshape(-1, BLOCK).astype(np.float64)
    loud = np.flatnonzero(np.sqrt((blocks**2).mean(axis=1)) > 300)
    return float(np.diff(loud).max()) * BLOCK / SPEECH_RATE


def decoded(sound: bytes) -> np.ndarray:
    """Returns a recording's sound, 16 kHz mono."""
    resampler = av.AudioResampler(format="s16", layout="mono", rate=SPEECH_RATE)
    with av.open(io.BytesIO(sound), "r") as file:
        parts = [
            p.to_ndarray().reshape(-1) for f in file.decode(audio=0) for p in resampler.resample(f)
        ]
    return np.concatenate(parts)


@pytest.mark.skipif(not OWN_PATH, reason="aiortc's own path asks for nothing")
def test_silence_that_is_not_sent_stays_as_long_as_it_was(
    browser: Browser, product: Product, spoken: Path
) -> None:
    page = sign_in(browser, product)
    page.click("#start-call")
    page.click("#consent-agree")
    expect(page.locator("#stage[data-state=active]")).to_be_visible()
    finals = page.locator("#transcript li[data-final=true]")
    expect(finals).to_have_count(2, timeout=60_000)
    page.click("#hang-up")
    page.wait_for_url("**/calls/*/")
    call_id = page.url.rstrip("/").rpartition("/")[2]
    path = f"/api/v1/calls/{call_id}/"
    call = product.recorded(call_id)
    assert call["gaps"] == []
    words = [row["words"] for row in product.json(f"{path}segments?after=0")["segments"]]
    meant = longest_silence_s(read_wav(spoken)[: -QUIET_S * SPEECH_RATE])
    heard = (words[1][0]["start_ms"] - words[0][-1]["end_ms"]) / 1000
    assert heard == pytest.approx(meant, abs=SOON_S)
    recorded = longest_silence_s(decoded(product.get(f"{path}recording", "user")[1]))
    assert recorded == pytest.approx(meant, abs=SOON_S)
    came_ms = float(product.whole_log("web").rpartition(" ms received")[0].rpartition(" ")[2])
    assert came_ms < call["duration_ms"] - 500 * QUIET_S  # much was not sent at all
