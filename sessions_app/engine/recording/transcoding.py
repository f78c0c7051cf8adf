"""A finished recording in the formats that other programs want: m4a, mp3 and wav."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import av
from av.audio.stream import AudioStream
from av.container import OutputContainer

from sessions_app.engine.audio.opus import OPUS_RATE
from sessions_app.engine.core.errors import MediaError
from sessions_app.engine.core.frames import SPEECH_RATE


@dataclass(frozen=True, slots=True)
class _Plan:
    """How a format is written: FFmpeg's container and codec, Hz, and bits per second."""

    container: str
    codec: str
    rate: int
    bit_rate: int = 0
    container_options: dict[str, str] = field(default_factory=dict)
    codec_options: dict[str, str] = field(default_factory=dict)


_PLANS = {
    # the index in front of the sound: a player begins before it has the whole file
    "m4a": _Plan("ipod", "aac", OPUS_RATE, 96_000, {"movflags": "+faststart"}),
    # each side by itself: joint stereo would let one be heard faintly in the other
    "mp3": _Plan(
        "mp3", "libmp3lame", OPUS_RATE, 128_000, {"write_xing": "1"}, {"joint_stereo": "0"}
    ),
    # recordings hold no more than this rate has
    "wav": _Plan("wav", "pcm_s16le", SPEECH_RATE, container_options={"rf64": "auto"}),
}


def transcode(
    source: Path, target: Path, form: str, proceed: Callable[[], None] = lambda: None
) -> int:
    """Writes the stereo recording `source` to `target` as `form`; returns its length in ms.

    The sides stay apart (left caller, right agent). `proceed` is called some times per second of
    CPU and may raise, which ends it. `target` appears only once it is complete. Memory use does not
    depend on the length. Blocks: an hour of audio takes up to a minute of CPU. Raises
    MediaError (not retryable) for what is no recording, OSError (retryable) where a file cannot be
    read or written, and KeyError for an unknown format.
    """
    plan = _PLANS[form]
    partial = target.with_name(f"{target.name}.part")
    try:
        count = _write(source, partial, plan, proceed)
        partial.replace(target)
    except av.FFmpegError as error:
        if isinstance(error, OSError):  # with its number: a full disk is something that passes
            raise
        raise MediaError("The recording cannot be read, or not be written so.") from error
    finally:
        partial.unlink(missing_ok=True)
    return round(count * 1000 / plan.rate)


def _write(source: Path, target: Path, plan: _Plan, proceed: Callable[[], None]) -> int:
    options = plan.container_options
    with av.open(str(target), "w", format=plan.container, options=options) as made:
        stream = _stream(made, plan)
        count = 0
        for frame in _frames(source, stream):
            proceed()
            frame.pts = count
            count += frame.samples
            made.mux(stream.encode(frame))
        made.mux(stream.encode(None))
    return count


def _stream(made: OutputContainer, plan: _Plan) -> AudioStream:
    options = plan.codec_options
    stream = made.add_stream(plan.codec, rate=plan.rate, layout="stereo", options=options)
    if not isinstance(stream, AudioStream):
        raise TypeError(f"{plan.codec} is no codec of sound")
    if plan.bit_rate:
        stream.bit_rate = plan.bit_rate
    return stream


def _frames(source: Path, stream: AudioStream) -> Iterator[av.AudioFrame]:
    """Yields the recording's sound as the encoder takes it."""
    fit = av.AudioResampler(stream.format, stream.layout, stream.rate, stream.frame_size or None)
    with av.open(str(source)) as given:
        for frame in given.decode(audio=0):
            yield from fit.resample(frame)
        yield from fit.resample(None)
