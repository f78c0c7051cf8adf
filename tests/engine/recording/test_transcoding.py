"""Recordings as m4a, mp3 and wav, read by others: ffprobe and ffmpeg, `wave`, and by the byte."""

import json
import math
import struct
import subprocess
import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sessions_app.engine.audio.opus import OpusEncoder
from sessions_app.engine.core.errors import MediaError
from sessions_app.engine.recording.ogg import OpusHead, OpusWriter
from sessions_app.engine.recording.transcoding import transcode

AUDIO_FORMATS = ("m4a", "mp3", "wav")
RATE = 16_000
LENGTH_MS = 4_321
LOUD, SILENT = 3_000, 30
"""Root mean square of a side that sounds, and the most that one may have that does not."""


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Stereo as `merge_lanes` writes it: a second on the left, a second on the right, by turns."""
    at = np.arange(LENGTH_MS * RATE // 1000) / RATE
    left = np.where(at % 2 < 1, np.sin(2 * np.pi * 440 * at), 0)
    right = np.where(at % 2 >= 1, np.sin(2 * np.pi * 1000 * at), 0)
    path = tmp_path_factory.mktemp("recording") / "call.ogg"
    _write(path, (np.stack((left, right), axis=1) * 12_000).astype(np.int16))
    return path


def _write(path: Path, sound: Any) -> None:
    encoder = OpusEncoder(RATE, 2, bitrate=48_000, application="audio")
    head = OpusHead(2, encoder.lookahead_48k, RATE)
    end = len(sound) * 3 + head.pre_skip
    coded = math.ceil(end / 960) * 320
    padded = np.concatenate((sound, np.zeros((coded - len(sound), 2), np.int16)))
    packets = [encoder.encode(padded[first : first + 320]) for first in range(0, coded, 320)]
    with path.open("wb") as file:
        writer = OpusWriter(file.write, head)
        for first in range(0, len(packets), 50):
            last = first + 50 >= len(packets)
            writer.page(packets[first : first + 50], end if last else (first + 50) * 960, last=last)
    encoder.close()


@pytest.fixture(scope="module")
def made(recording: Path) -> dict[str, Path]:
    files = {form: recording.with_suffix(f".{form}") for form in AUDIO_FORMATS}
    for form, file in files.items():
        assert transcode(recording, file, form) == LENGTH_MS
    return files


def probed(file: Path) -> Any:
    entries = "format=format_name,duration:stream=codec_name,channels,sample_rate,duration"
    command = ["ffprobe", "-v", "error", "-show_entries", entries, "-of", "json", str(file)]
    told = json.loads(subprocess.run(command, capture_output=True, check=True, timeout=60).stdout)
    return told["streams"][0] | {"format": told["format"]}


def decoded(file: Path) -> Any:
    command = ["ffmpeg", "-v", "error", "-i", str(file), "-f", "s16le", "-ar", str(RATE), "-"]
    raw = subprocess.run(command, capture_output=True, check=True, timeout=60).stdout
    return np.frombuffer(raw, np.int16).reshape(-1, 2).astype(float)


@pytest.mark.parametrize(
    ("form", "codec", "rate"),
    [("m4a", "aac", 48_000), ("mp3", "mp3", 48_000), ("wav", "pcm_s16le", 16_000)],
)
def test_players_know_what_it_is(made: dict[str, Path], form: str, codec: str, rate: int) -> None:
    told = probed(made[form])
    assert (told["codec_name"], told["channels"], int(told["sample_rate"])) == (codec, 2, rate)
    whole_frames_s = 2 * 1152 / 48_000 if form == "mp3" else 0.001
    assert float(told["duration"]) == pytest.approx(LENGTH_MS / 1000, abs=whole_frames_s)


@pytest.mark.parametrize("form", AUDIO_FORMATS)
def test_it_sounds_as_long_and_its_sides_stay_apart(made: dict[str, Path], form: str) -> None:
    sound = decoded(made[form])
    assert len(sound) == pytest.approx(LENGTH_MS * RATE / 1000, abs=0.02 * RATE)
    for second in range(4):
        part = sound[int((second + 0.1) * RATE) : int((second + 0.9) * RATE)]
        left, right = np.sqrt((part**2).mean(axis=0))
        speaks, rests = (left, right) if second % 2 == 0 else (right, left)
        assert speaks > LOUD
        assert rests < SILENT
    onset = np.argmax(np.abs(sound[:, 1]) > LOUD) / RATE
    assert onset == pytest.approx(1, abs=0.002)


def test_an_m4a_begins_with_its_index(made: dict[str, Path]) -> None:
    content = made["m4a"].read_bytes()
    boxes, at = {}, 0
    while at < len(content):
        size, kind = struct.unpack_from(">I4s", content, at)
        boxes[kind] = at
        at += size
    assert content[8:12] == b"M4A "
    assert boxes[b"moov"] < boxes[b"mdat"]
    scale, length = struct.unpack_from(">II", content, content.index(b"mvhd") + 16)
    assert length / scale == pytest.approx(LENGTH_MS / 1000, abs=0.03)


def test_an_mp3_says_how_many_frames_it_has_and_what_is_no_sound(made: dict[str, Path]) -> None:
    content = made["mp3"].read_bytes()
    at = content.index(b"Info")
    flags, frames = struct.unpack_from(">II", content, at + 4)
    assert flags & 1
    encoder = at + 120  # behind the table of contents and the quality
    delay, padding = divmod(int.from_bytes(content[encoder + 21 : encoder + 24], "big"), 1 << 12)
    assert (frames * 1152 - delay - padding) / 48_000 == pytest.approx(LENGTH_MS / 1000, abs=0.001)


def test_a_wav_says_its_sizes(made: dict[str, Path]) -> None:
    with wave.open(str(made["wav"])) as read:
        assert (read.getnchannels(), read.getsampwidth(), read.getframerate()) == (2, 2, RATE)
        assert read.getnframes() == LENGTH_MS * RATE // 1000
        assert len(read.readframes(read.getnframes())) == read.getnframes() * 4
    content = made["wav"].read_bytes()
    assert int.from_bytes(content[4:8], "little") == len(content) - 8


@pytest.mark.parametrize("form", AUDIO_FORMATS)
def test_what_is_no_recording_is_told_and_nothing_stays(tmp_path: Path, form: str) -> None:
    source, target = tmp_path / "call.ogg", tmp_path / f"call.{form}"
    source.write_bytes(b"OggS" + bytes(5_000))
    with pytest.raises(MediaError):
        transcode(source, target, form)
    with pytest.raises(FileNotFoundError):
        transcode(tmp_path / "none.ogg", target, form)
    assert list(tmp_path.iterdir()) == [source]


def test_a_disk_that_is_full_stays_that_error(recording: Path, tmp_path: Path) -> None:
    (tmp_path / "call.wav.part").symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space left") as failed:
        transcode(recording, tmp_path / "call.wav", "wav")
    assert not isinstance(failed.value, MediaError)


def test_who_asked_may_end_it(recording: Path, tmp_path: Path) -> None:
    calls = []

    def proceed() -> None:
        calls.append(1)
        if len(calls) == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        transcode(recording, tmp_path / "call.mp3", "mp3", proceed)
    assert not list(tmp_path.iterdir())
