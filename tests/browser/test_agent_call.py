"""A person talks with an agent in a real Chromium; model and voice are servers on this machine."""

import asyncio
import base64
import io
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from sessions_app.engine.core.frames import SPEECH_RATE, AudioFrame
from sessions_app.engine.stt.engines.moonshine import MoonshineRecogniser
from tests.browser.test_call import keep_picture
from tests.fixtures.call_page import sign_in
from tests.fixtures.chromium import chromium
from tests.fixtures.openai_server import ModelServer, running_model
from tests.fixtures.server import OWN_PATH, Product, wait_until
from tests.fixtures.speech import read_wav, speak, write_wav

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

QUESTIONS = ("what time is it", "please tell me about the weather")
ANSWERS = ("It is a little after nine in the morning.", "The weather is very nice today.")
GUIDE = (
    "from sessions_app.models import Agent; Agent.objects.create(slug='guide', name='Guide', "
    "description='Answers short questions.', responder='chat', synthesiser='flite', silence_s=0)"
)
HAS_VOICE = "() => document.getElementById('agent-audio').srcObject !== null"
RECORD = """() => {
    const stream = document.getElementById("agent-audio").srcObject;
    const recorder = new MediaRecorder(stream, { mimeType: "audio/webm;codecs=opus" });
    const parts = [];
    recorder.ondataavailable = (event) => parts.push(event.data);
    recorder.start(500);
    window.takeAudio = () => new Promise((resolve) => {
        recorder.onstop = () => {
            const reader = new FileReader();
            reader.onload = () => resolve(reader.result.split(",")[1]);
            reader.readAsDataURL(new Blob(parts));
        };
        recorder.stop();
    });
}"""


KEEP_PEER = """
const Real = RTCPeerConnection;
window.RTCPeerConnection = class extends Real {
  constructor(given) { super(given); window.peer = this; }
};
"""
STATS = """async () => {
    const found = [...(await window.peer.getStats()).values()];
    const audio = (type) => found.find((stat) => stat.type === type && stat.kind === "audio");
    return {
        answer: window.peer.currentRemoteDescription.sdp,
        inbound: audio("inbound-rtp"),
        sent: audio("remote-outbound-rtp"),
        heard: audio("remote-inbound-rtp"),
    };
}"""


@pytest.fixture
def model(tmp_path: Path) -> Iterator[ModelServer]:
    def flite(text: str) -> bytes:
        return read_wav(speak(tmp_path, text)).tobytes()

    with running_model(first_token_s=0.2, tokens_per_s=30.0, speaker=flite) as server:
        server.answers = {"time": ANSWERS[0], "weather": ANSWERS[1]}
        yield server


@pytest.fixture
def product(tmp_path: Path, model: ModelServer) -> Iterator[Product]:
    settings = {
        "DJANGO_SETTINGS_MODULE": "tests.fixtures.agent_settings",
        "CHAT_MODEL": "test",
        "CHAT_URL": model.url,
        "TEST_VOICE_URL": model.url,
    }
    product = Product(tmp_path / "var", settings)
    product.prepare()
    product.manage("shell", "-c", GUIDE)
    with product.running("web"):
        yield product


@pytest.fixture
def browser(tmp_path: Path, say: Callable[..., Path]) -> Iterator[Browser]:
    """Asks both questions, with time to answer between them."""
    first, second = (read_wav(say(question)) for question in QUESTIONS)
    quiet = np.zeros(8 * SPEECH_RATE, np.int16)
    spoken = tmp_path / "questions.wav"
    write_wav(spoken, np.concatenate([quiet[: 2 * SPEECH_RATE], first, quiet, second, quiet]))
    with chromium(spoken) as browser:
        yield browser


def test_questions_are_asked_and_the_answers_heard(
    browser: Browser, product: Product, model: ModelServer
) -> None:
    page = sign_in(browser, product)
    page.add_init_script(KEEP_PEER)
    page.reload()
    failures: list[str] = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    page.locator("input[name=agent][value=guide]").check()
    page.click("#start-call")
    page.click("#consent-agree")
    expect(page.locator("#stage[data-state=active]")).to_be_visible()
    wait_until(lambda: page.evaluate(HAS_VOICE), 30, "the agent's track")
    page.evaluate(RECORD)
    agent_lines = page.locator("#transcript .live-line-agent.live-line-final")
    expect(agent_lines).to_have_count(2, timeout=60_000)
    keep_picture(page, "agent")
    if OWN_PATH:
        it_knows_of_the_way(page)
    heard = recognised(base64.b64decode(page.evaluate("() => window.takeAudio()")))
    roles = page.locator("#transcript li").evaluate_all(
        "lines => lines.map(line => line.className.includes('agent') ? 'agent' : 'user')"
    )
    page.click("#hang-up")
    page.wait_for_url("**/calls/*/")
    assert roles == ["user", "agent", "user", "agent"]
    for answer in ANSWERS:
        assert share_of(words(answer), heard) >= 0.8, (answer, heard)
    the_page_shows_how_quickly(page)
    assert not failures


def it_knows_of_the_way(page: Page) -> None:
    """Redundancy both ways, and reports that tell the browser the truth of each."""

    def told() -> Any:
        stats = page.evaluate(STATS)
        heard, sent = stats["heard"], stats["sent"]
        return stats if heard and sent and heard.get("roundTripTime") is not None else None

    stats = wait_until(told, 30, "reports of both ways")
    assert " red/48000/2" in stats["answer"]
    # what came twice, and was not needed the second time
    assert stats["inbound"]["packetsDiscarded"] > 0.8 * stats["inbound"]["packetsReceived"]
    assert 0 <= stats["heard"]["roundTripTime"] < 0.5
    assert 0 <= stats["heard"]["jitter"] < 0.1
    assert stats["heard"]["fractionLost"] == 0
    # one that was asked for again, and then came twice, counts as one gained (RFC 3550, 6.4.1)
    assert stats["heard"]["packetsLost"] <= 0
    assert stats["inbound"]["packetsLost"] == 0
    assert 0 < stats["sent"]["packetsSent"] <= stats["inbound"]["packetsReceived"]
    assert 0 < stats["sent"]["bytesSent"] <= stats["inbound"]["bytesReceived"]


def the_page_shows_how_quickly(page: Page) -> None:
    rows = page.locator("#falls [data-testid=turn]")
    wait_until(lambda: page.reload() and rows.count() == 2, 20, "the waterfall of both answers")


def words(text: str) -> list[str]:
    return re.findall(r"[a-z]+", text.lower())


def share_of(wanted: list[str], heard: list[str]) -> float:
    return sum(word in heard for word in wanted) / len(wanted)


def recognised(sound: bytes) -> list[str]:
    """Returns the words of what the browser heard."""
    resampler = av.AudioResampler("s16", "mono", SPEECH_RATE)
    with av.open(io.BytesIO(sound), "r") as file:
        frames = [f for frame in file.decode(audio=0) for f in resampler.resample(frame)]
    audio = np.concatenate([f.to_ndarray()[0] for f in frames])
    with ThreadPoolExecutor(1) as elsewhere:  # this thread's loop is the browser's
        return words(elsewhere.submit(asyncio.run, _decoded(audio)).result())


async def _decoded(audio: np.ndarray) -> str:
    recogniser = MoonshineRecogniser(workers=1)
    await recogniser.start()
    stream = recogniser.open("en-US")
    texts = []
    try:
        for start, end in _loud_spans(audio):
            for at in range(start, end, 1600):
                await stream.send(AudioFrame(audio[at : min(end, at + 1600)], SPEECH_RATE, at / 16))
            await stream.flush()
        await stream.finish()
        texts = [h.text async for h in stream.results() if h.is_final]
    finally:
        await stream.aclose()
        await recogniser.aclose()
    return " ".join(texts)


def _loud_spans(audio: np.ndarray) -> list[tuple[int, int]]:
    """Returns where somebody speaks, with half a second around: start and end in samples."""
    step = SPEECH_RATE // 10
    loud = [at for at in range(0, len(audio), step) if np.abs(audio[at : at + step]).max() > 800]
    spans: list[tuple[int, int]] = []
    for at in loud:
        if spans and at - spans[-1][1] < SPEECH_RATE:
            spans[-1] = (spans[-1][0], at + step)
        else:
            spans.append((at, at + step))
    margin = SPEECH_RATE // 2
    return [(max(0, a - margin), min(len(audio), b + margin)) for a, b in spans]
