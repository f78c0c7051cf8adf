"""Merges the two lanes of an ended call into one stereo recording."""

import hashlib
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

import numpy as np

from sessions_app.engine.audio.levels import LevelMeter, LevelTrack, waveform
from sessions_app.engine.audio.opus import OPUS_RATE, OpusEncoder
from sessions_app.engine.core.events import Speaker
from sessions_app.engine.core.frames import FRAME_MS, SPEECH_RATE, AudioFrame, Samples
from sessions_app.engine.recording.lanes import lane_length_ms, read_lane
from sessions_app.engine.recording.ogg import OpusHead, OpusWriter

STEREO_BITRATE = 48_000
"""Bits per second of both channels together. Higher makes larger files; lower sounds worse."""

SIDES = (Speaker.CALLER, Speaker.AGENT)
"""Left and right."""

SOUND_DBFS = -55.0
"""If a lane is never louder than this under a segment, the segment counts as without audio.

Higher reports quiet speakers as missing; lower takes the noise of a muted microphone for speech.
"""

SLACK_MS = 200
"""Tolerance of word times in the check for audio. Larger may find a neighbour's sound instead."""

LONGER_MS = 500
"""How much longer than its call a lane may be. Larger misses lanes of a wrong length."""

Check = tuple[str, bool, str]
"""The result of a check: its name, whether it passed, and a sentence for people."""

_RATIO = OPUS_RATE // SPEECH_RATE
_PACKET = SPEECH_RATE * FRAME_MS // 1000
_BLOCK = SPEECH_RATE
_PER_MS = SPEECH_RATE // 1000


@dataclass(frozen=True)
class MergedRecording:
    """The facts about a finished recording; channels are in the order caller, agent.

    `duration_ms` is exact; `size` is in bytes; `sha256` is hexadecimal; `peaks` has values 0..100
    for drawing, 10 per second and at most 2000 per channel; `levels` has one per 100 ms of each
    channel.
    """

    duration_ms: int
    size: int
    sha256: str
    peaks: list[list[int]]
    checks: list[Check]
    levels: tuple[LevelTrack, LevelTrack]

    def audio_under(self, spans: Sequence[tuple[int, int, str]]) -> Check:
        """Checks that each span (start_ms, end_ms, speaker) has audio in its speaker's lane."""
        return audio_under(self.levels, spans)


def audio_under(
    levels: tuple[LevelTrack, LevelTrack], spans: Sequence[tuple[int, int, str]]
) -> Check:
    """Checks that each span has audio in its speaker's lane.

    `levels` are those of caller and agent; a span is start_ms, end_ms (call clock) and
    "caller" or "agent". Raises ValueError for any other speaker.
    """
    silent = [
        start_ms
        for start_ms, end_ms, speaker in spans
        if levels[SIDES.index(Speaker(speaker))].loudest(start_ms - SLACK_MS, end_ms + SLACK_MS)
        <= SOUND_DBFS
    ]
    if silent:
        detail = f"No sound under {len(silent)} of {len(spans)} segments, first at {silent[0]} ms."
        return "sound", False, detail
    return "sound", True, f"There is sound under all of {len(spans)} segments."


Mask = Callable[[Samples, int], None]
"""Changes samples in place; the second argument is the first one's index in the call, at 16 kHz."""


def merge_lanes(
    caller: Path | None,
    agent: Path | None,
    length_ms: int | None,
    target: Path,
    mask: Mask | None = None,
) -> MergedRecording:
    """Writes the lanes as one stereo Ogg Opus file (left caller, right agent) to `target`.

    `mask` may change what both sides sound like. Decoded, it lasts exactly `length_ms` (None: as
    long as the longest lane); a missing lane is silent. Memory use does not depend on the length.
    Blocks for 1 to 2 % of the audio's length. `target` appears only once it is complete. Raises
    OSError (retryable) if a file cannot be read or written.
    """
    lanes = (caller, agent)
    lengths = [0.0 if lane is None else lane_length_ms(lane) for lane in lanes]
    wanted_ms = math.ceil(max(lengths)) if length_ms is None else length_ms
    frames = [iter(()) if lane is None else read_lane(lane) for lane in lanes]
    merged = write_recording((frames[0], frames[1]), wanted_ms, target, mask)
    checks = [_length_check(merged.duration_ms, wanted_ms, lengths), _lanes_check(lanes, lengths)]
    return replace(merged, checks=checks)


def write_recording(
    sides: tuple[Iterator[AudioFrame], Iterator[AudioFrame]],
    length_ms: int,
    target: Path,
    mask: Mask | None = None,
) -> MergedRecording:
    """Writes both sides' audio as one recording of exactly `length_ms`; it has no checks.

    `target` appears only once it is complete. Raises OSError (retryable).
    """
    meters = (LevelMeter(), LevelMeter())
    partial = target.with_name(target.name + ".part")
    try:
        with partial.open("wb") as file:
            output = _Digested(file)
            _write_stereo(output, sides, length_ms * _PER_MS, meters, mask)
        written_ms = round(lane_length_ms(partial))
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    levels = (meters[0].track(), meters[1].track())
    return MergedRecording(
        duration_ms=written_ms,
        size=output.size,
        sha256=output.digest.hexdigest(),
        peaks=[waveform(track.peaks) for track in levels],
        checks=[],
        levels=levels,
    )


class _Digested:
    """Counts and hashes the bytes that are written to a file."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.size = 0
        self.digest = hashlib.sha256()

    def write(self, data: bytes) -> None:
        self._file.write(data)
        self.size += len(data)
        self.digest.update(data)


def _write_stereo(
    output: _Digested,
    sides: tuple[Iterator[AudioFrame], Iterator[AudioFrame]],
    count: int,
    meters: tuple[LevelMeter, LevelMeter],
    mask: Mask | None,
) -> None:
    """Encodes `count` samples of both lanes, one page per second.

    The last packet is long enough for the decoder, which delays by the pre-skip, to output all of
    them; the last granule position truncates the rest (RFC 7845, section 4.4).
    """
    encoder = OpusEncoder(SPEECH_RATE, len(SIDES), bitrate=STEREO_BITRATE, application="audio")
    head = OpusHead(len(SIDES), encoder.lookahead_48k, SPEECH_RATE)
    writer = OpusWriter(output.write, head)
    end = count * _RATIO + head.pre_skip
    coded = math.ceil(end / (_PACKET * _RATIO)) * _PACKET
    at = 0
    for left, right in zip(*(_blocks(side, count, coded) for side in sides), strict=True):
        if mask is not None:
            mask(left, at)
            mask(right, at)
        for meter, side in zip(meters, (left, right), strict=True):
            meter.add(side[: max(0, count - at)])
        stereo = np.stack((left, right), axis=1)
        packets = [
            encoder.encode(stereo[first : first + _PACKET])
            for first in range(0, len(stereo), _PACKET)
        ]
        at += len(stereo)
        last = at == coded
        writer.page(packets, end if last else at * _RATIO, last=last)
    encoder.close()


def _blocks(frames: Iterator[AudioFrame], count: int, coded: int) -> Iterator[Samples]:
    """Yields `coded` samples of a lane in blocks of a second: silent in gaps and from `count`."""
    frame: AudioFrame | None = next(frames, None)
    for first in range(0, coded, _BLOCK):
        block = np.zeros(min(_BLOCK, coded - first), np.int16)
        room = block[: max(0, count - first)]
        while frame is not None:
            start = round(frame.start_ms * _PER_MS) - first
            _copy_overlap(room, start, frame.samples)
            if start + len(frame.samples) > len(block):
                break
            frame = next(frames, None)
        yield block


def _copy_overlap(room: Samples, start: int, samples: Samples) -> None:
    """Copies the part of `samples`, which begin at `start`, that falls into `room`."""
    first, end = max(0, start), min(len(room), start + len(samples))
    if first < end:
        room[first:end] = samples[first - start : end - start]


def _length_check(written_ms: int, wanted_ms: int, lengths: Sequence[float]) -> Check:
    longest = round(max(lengths))
    good = written_ms == wanted_ms and longest <= wanted_ms + LONGER_MS
    detail = f"Recording {written_ms} ms, call {wanted_ms} ms, longest lane {longest} ms."
    return "length", good, detail


def _lanes_check(lanes: Sequence[Path | None], lengths: Sequence[float]) -> Check:
    details = []
    for side, lane, length in zip(SIDES, lanes, lengths, strict=True):
        state = (
            "not recorded"
            if lane is None
            else f"{round(length)} ms"
            if length
            else "cannot be read"
        )
        details.append(f"{side}: {state}")
    missing = [lane for lane, length in zip(lanes, lengths, strict=True) if lane and not length]
    return "lanes", any(lengths) and not missing, ", ".join(details)
