"""What a real browser's recorder writes, taken apart to the sample."""

import asyncio
import base64
from typing import Any

import numpy as np
import pytest

from sessions_app.engine.audio.demux import Demuxers
from sessions_app.engine.core.frames import SPEECH_RATE
from tests.engine.audio.containers import packets
from tests.fixtures.chromium import chromium

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

RECORD = """async ([kind, seconds]) => {
  if (!MediaRecorder.isTypeSupported(kind)) { return null; }
  const context = new AudioContext({ sampleRate: 48000 });
  const target = context.createMediaStreamDestination();
  const tone = new OscillatorNode(context, { frequency: 440 });
  tone.connect(target);
  tone.start();
  await context.resume();
  const recorder = new MediaRecorder(target.stream, { mimeType: kind });
  const pieces = [];
  recorder.ondataavailable = ({ data }) => pieces.push(data);
  const over = new Promise((done) => { recorder.onstop = done; });
  recorder.start(100);
  await new Promise((done) => setTimeout(done, 1000 * seconds));
  recorder.stop();
  await over;
  const read = async (piece) => {
    const bytes = new Uint8Array(await piece.arrayBuffer());
    return btoa(String.fromCharCode(...bytes));
  };
  return Promise.all(pieces.map(read));
}"""


def recorded(kind: str, times: int) -> list[list[bytes] | None]:
    """Returns the pieces of each of `times` recordings; None where the browser cannot."""
    with chromium() as browser:
        page: Any = browser.new_page()
        page.goto("about:blank")
        found = [page.evaluate(RECORD, [kind, 1.5]) for _ in range(times)]
    return [pieces and [base64.b64decode(piece) for piece in pieces] for pieces in found]


async def _heard(recordings: list[list[bytes]]) -> list[np.ndarray]:
    demuxers = Demuxers()
    heard = []
    async with asyncio.timeout(60):
        for pieces in recordings:
            stream = await demuxers.open("mp4" if pieces[0][4:8] == b"ftyp" else "webm")
            for piece in pieces:
                stream.feed(piece)
            stream.finish()
            parts = [part.samples async for part in stream.audio() if part is not None]
            stream.close()
            heard.append(np.concatenate(parts))
    await asyncio.sleep(0)
    demuxers.close()
    return heard


@pytest.mark.parametrize("kind", ["audio/webm;codecs=opus", "audio/mp4;codecs=opus"])
def test_no_sample_of_a_recording_is_lost(kind: str) -> None:
    """The second recording is what a client sends after it came back."""
    made = recorded(kind, 2)
    recordings = [pieces for pieces in made if pieces]
    if not recordings:
        pytest.skip(f"this browser does not record {kind}")
    assert len(recordings) == 2
    for pieces, heard in zip(recordings, asyncio.run(_heard(recordings)), strict=True):
        wanted = packets(b"".join(pieces))
        assert len(wanted) > SPEECH_RATE
        assert np.array_equal(heard, wanted)
