import io
import signal
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from sessions_app.engine.audio.levels import dbfs
from sessions_app.engine.audio.opus import OpusEncoder, packet_duration_samples
from sessions_app.engine.core.errors import MediaError
from sessions_app.engine.core.frames import AudioFrame, Samples
from sessions_app.engine.recording.lanes import LaneRecorder, lane_length_ms, read_lane
from sessions_app.engine.recording.ogg import opus_pages
from tests.engine.audio.signals import (
    click,
    decoded_by_ffmpeg,
    found_ms,
    frames,
    lane_audio,
    lane_file,
    likeness,
    tone,
)
from tests.engine.conftest import MemorySink


async def test_speech_comes_back_in_its_place(speech: Samples, tmp_path: Path) -> None:
    path = await lane_file(tmp_path / "lane.ogg", (0.0, speech))
    heard = lane_audio(path, len(speech) / 16_000)
    assert likeness(heard, speech) > 0.95


@pytest.mark.parametrize("count", [1, 17, 160, 319, 320, 321, 500, 640, 16_000, 16_250, 48_017])
async def test_the_length_is_exact(count: int, tmp_path: Path) -> None:
    path = await lane_file(tmp_path / "lane.ogg", (0.0, tone(400, count / 16_000)))
    assert sum(len(frame.samples) for frame in read_lane(path)) == count
    assert lane_length_ms(path) == pytest.approx(count / 16)


@pytest.mark.parametrize("at_ms", [50.0, 993.0, 1000.0, 1990.0])
async def test_a_click_stays_where_it_was(at_ms: float, tmp_path: Path) -> None:
    path = await lane_file(tmp_path / "lane.ogg", (0.0, click(at_ms, 2000)))
    assert found_ms(lane_audio(path, 2), 16_000) == pytest.approx(at_ms, abs=1.5)


async def test_ffmpeg_plays_a_lane(speech: Samples, tmp_path: Path) -> None:
    path = await lane_file(tmp_path / "lane.ogg", (0.0, speech))
    heard = decoded_by_ffmpeg(path)
    assert heard.shape == (1, 3 * len(speech))


@pytest.mark.parametrize("start_ms", [0.0, 7.0, 1234.5])
@pytest.mark.parametrize("gap_ms", [5, 30, 41, 55, 700, 5000])
async def test_gaps_stay_gaps(start_ms: float, gap_ms: int, tmp_path: Path) -> None:
    first = click(250, 505)
    second_ms = start_ms + 505 + gap_ms
    path = await lane_file(tmp_path / "lane.ogg", (start_ms, first), (second_ms, first))
    seconds = (second_ms + 505) / 1000
    heard = lane_audio(path, seconds)
    cut = round((second_ms - gap_ms / 2) * 16)
    assert found_ms(heard[:cut], 16_000) == pytest.approx(start_ms + 250, abs=1.5)
    assert cut / 16 + found_ms(heard[cut:], 16_000) == pytest.approx(second_ms + 250, abs=1.5)
    assert lane_length_ms(path) == pytest.approx(second_ms + 505, abs=0.1)
    ends = [(frame.start_ms, frame.end_ms) for frame in read_lane(path)]
    assert all(end <= start + 0.1 for (_, end), (start, _) in pairwise(ends))


async def test_nothing_is_written_in_a_long_gap(sink: MemorySink) -> None:
    recorder = LaneRecorder(sink)
    recorder.add(AudioFrame(tone(300, 0.1), 16_000, 0.0))
    recorder.add(AudioFrame(tone(300, 0.1), 16_000, 3_600_000.0))
    await recorder.aclose()
    assert sum(map(len, sink.pieces)) < 2000


async def test_the_end_of_a_run_is_not_swallowed(tmp_path: Path) -> None:
    path = await lane_file(tmp_path / "lane.ogg", (0.0, tone(500, 0.5)), (2000.0, tone(500, 0.5)))
    heard = lane_audio(path, 2.5)
    assert dbfs(heard[7600:8000]) > -20
    assert dbfs(heard[8500:31_500]) < -60
    assert dbfs(heard[39_600:40_000]) > -20


async def test_jitter_is_no_gap_and_overlap_is_left_out(tmp_path: Path, sink: MemorySink) -> None:
    recorder = LaneRecorder(sink)
    sound = tone(440, 2)
    for number, frame in enumerate(frames(sound)):
        wobble = (0.4, -0.4)[number % 2]
        recorder.add(AudioFrame(frame.samples, 16_000, frame.start_ms + wobble))
        recorder.add(frame)
    await recorder.aclose()
    path = sink.saved(tmp_path / "lane.ogg")
    assert lane_length_ms(path) == pytest.approx(2000, abs=1)
    assert likeness(lane_audio(path, 2), sound) > 0.95


async def test_every_second_is_a_whole_page(speech: Samples, sink: MemorySink) -> None:
    recorder = LaneRecorder(sink)
    assert len(sink.pieces) == 2
    for number, frame in enumerate(frames(speech[:48_000]), start=1):
        recorder.add(frame)
        assert len(sink.pieces) == 2 + number // 50
    await recorder.aclose()
    for page in opus_pages(io.BytesIO(b"".join(sink.pieces))):
        assert sum(packet_duration_samples(packet, 48_000) for packet in page.packets) <= 48_000


async def test_a_silent_lane_does_not_keep_its_last_packets(speech: Samples) -> None:
    pieces: list[bytes] = []

    class Pieces:
        def write(self, data: bytes) -> None:
            pieces.append(data)

        async def aclose(self) -> None:
            pass

    lane = LaneRecorder(Pieces())
    for at in range(0, 16 * 1_400, 320):
        lane.add(AudioFrame(speech[at : at + 320], 16_000, at / 16))
    written = len(pieces)
    lane.flush_due(1_999)
    assert len(pieces) == written
    lane.flush_due(2_000)
    assert len(pieces) == written + 1
    lane.flush_due(60_000)
    assert len(pieces) == written + 1
    await lane.aclose()
    lane.flush_due(60_000)
    assert len(pieces) == written + 2


async def test_cut_at_every_byte_gives_a_prefix(speech: Samples, tmp_path: Path) -> None:
    path = await lane_file(tmp_path / "lane.ogg", (0.0, speech[:20_000]), (3000.0, tone(300, 0.1)))
    data = path.read_bytes()
    whole = np.concatenate([frame.samples for frame in read_lane(path)])
    seen = set()
    for cut in range(len(data)):
        path.write_bytes(data[:cut])
        parts = [frame.samples for frame in read_lane(path)]
        heard = np.concatenate(parts) if parts else whole[:0]
        assert np.array_equal(heard, whole[: len(heard)])
        seen.add(len(heard))
    assert len(seen) >= 3


async def test_a_damaged_page_leaves_the_rest_in_place(
    speech: Samples, sink: MemorySink, tmp_path: Path
) -> None:
    recorder = LaneRecorder(sink)
    for frame in frames(speech):
        recorder.add(frame)
    await recorder.aclose()
    broken = bytearray(sink.pieces[3])
    broken[200] ^= 1
    sink.pieces[3] = bytes(broken)
    heard = lane_audio(sink.saved(tmp_path / "lane.ogg"), len(speech) / 16_000)
    assert not heard[16_000:31_800].any()
    assert likeness(heard[:15_800], speech[:15_800]) > 0.95
    assert likeness(heard[33_000:], speech[33_000:]) > 0.9


async def test_a_lane_without_audio_is_empty(tmp_path: Path, sink: MemorySink) -> None:
    recorder = LaneRecorder(sink)
    await recorder.aclose()
    await recorder.aclose()
    recorder.add(AudioFrame(tone(300, 0.1), 16_000, 0.0))
    path = sink.saved(tmp_path / "lane.ogg")
    assert list(read_lane(path)) == []
    assert lane_length_ms(path) == 0.0


async def test_packets_are_kept_as_they_came(
    speech: Samples, sink: MemorySink, tmp_path: Path
) -> None:
    encoder = OpusEncoder(16_000, application="audio")
    recorder = LaneRecorder(sink)
    packets = [encoder.encode(frame.samples) for frame in frames(speech[:32_000])]
    for number, packet in enumerate(packets):
        late = 5000 if number >= 75 else 0
        recorder.add_packet(packet, 20.0 * number + late, 20.0)
        recorder.add_packet(packet, 20.0 * number + late, 20.0)
    await recorder.aclose()
    path = sink.saved(tmp_path / "lane.ogg")
    pages = list(opus_pages(io.BytesIO(b"".join(sink.pieces))))
    assert [packet for page in pages for packet in page.packets] == packets
    heard = lane_audio(path, 8)
    assert likeness(heard[:23_000], speech[:23_000]) > 0.95
    assert likeness(heard[104_000:111_800], speech[24_000:31_800]) > 0.95
    assert not heard[24_000:103_000].any()


async def test_packets_and_audio_may_take_turns(sink: MemorySink, tmp_path: Path) -> None:
    recorder = LaneRecorder(sink)
    recorder.add(AudioFrame(click(50, 110), 16_000, 0.0))
    packet = OpusEncoder(16_000).encode(np.zeros(320, np.int16))
    recorder.add_packet(packet, 400.0, 20.0)
    recorder.add(AudioFrame(click(50, 110), 16_000, 1000.0))
    await recorder.aclose()
    heard = lane_audio(sink.saved(tmp_path / "lane.ogg"), 1.2)
    assert found_ms(heard[:8000], 16_000) == pytest.approx(50, abs=1.5)
    assert found_ms(heard[8000:], 16_000) == pytest.approx(550, abs=1.5)


async def test_what_is_no_lane_audio_is_refused(sink: MemorySink) -> None:
    recorder = LaneRecorder(sink)
    with pytest.raises(MediaError, match="resample"):
        recorder.add(AudioFrame(np.zeros(960, np.int16), 48_000, 0.0))
    with pytest.raises(MediaError):
        recorder.add_packet(b"", 0.0, 20.0)
    with pytest.raises(MediaError, match="last"):
        recorder.add_packet(OpusEncoder(16_000).encode(np.zeros(320, np.int16)), 0.0, 60.0)
    await recorder.aclose()


RECORD_AND_HANG = """
import asyncio, sys
from pathlib import Path
import numpy as np
from sessions_app.engine.core.frames import AudioFrame
from sessions_app.engine.recording.append_files import FileWriter
from sessions_app.engine.recording.lanes import LaneRecorder

async def main():
    recorder = LaneRecorder(FileWriter().open(Path(sys.argv[1])))
    sound = (9000 * np.sin(np.arange(56_000) / 7)).astype(np.int16)
    for at in range(0, len(sound), 320):
        recorder.add(AudioFrame(sound[at:at + 320], 16_000, at / 16))
    print("added", flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


def test_a_killed_process_loses_no_whole_second(tmp_path: Path) -> None:
    path = tmp_path / "call" / "caller.ogg"
    with subprocess.Popen(
        [sys.executable, "-c", RECORD_AND_HANG, str(path)], stdout=subprocess.PIPE
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == b"added\n"
            deadline = time.monotonic() + 10
            while not path.exists() or lane_length_ms(path) < 2990:
                assert time.monotonic() < deadline, "three pages were not written"
        finally:
            process.send_signal(signal.SIGKILL)
    sound = (9000 * np.sin(np.arange(56_000) / 7)).astype(np.int16)
    assert likeness(lane_audio(path, 2.99), sound[:47_840]) > 0.95
