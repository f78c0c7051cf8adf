from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from sessions_app.core.audio import Samples
from sessions_app.core.errors import MediaError
from sessions_app.media import opus
from sessions_app.media.opus import OpusDecoder, OpusEncoder
from tests.media.signals import likeness, tone


@pytest.fixture
def unloaded() -> Iterator[None]:
    opus._loaded.cache_clear()
    yield
    opus._loaded.cache_clear()


def test_speech_survives_coding(speech: Samples) -> None:
    encoder, decoder = OpusEncoder(16_000), OpusDecoder(16_000)
    whole = speech[: len(speech) // 320 * 320]
    packets = [encoder.encode(whole[at : at + 320]) for at in range(0, len(whole), 320)]
    heard = np.concatenate([decoder.decode(packet) for packet in packets])
    late = encoder.lookahead_48k // 3
    # "voip" filters the low end, which shifts phases: 0.89 here.
    assert likeness(heard[late:], whole[:-late]) > 0.85
    assert 8 * sum(map(len, packets)) / (len(whole) / 16_000) < 32_000


def test_stereo_keeps_its_sides() -> None:
    encoder, decoder = OpusEncoder(48_000, 2, bitrate=96_000), OpusDecoder(48_000, 2)
    sound = tone(440, 0.4, 48_000)
    pcm = np.stack((sound, np.zeros_like(sound)), axis=1)
    heard = np.concatenate([decoder.decode(encoder.encode(part)) for part in np.split(pcm, 20)])
    assert heard.shape == pcm.shape
    assert np.abs(heard[9600:, 0]).max() > 20 * np.abs(heard[9600:, 1]).max()


def test_a_lost_packet_is_concealed() -> None:
    encoder, decoder = OpusEncoder(16_000), OpusDecoder(16_000)
    for part in np.split(tone(300, 0.4), 20):
        decoder.decode(encoder.encode(part))
    made_up = decoder.conceal(320)
    assert made_up.shape == (320,)
    assert np.abs(made_up).max() > 1000


def test_duration_is_read_from_the_packet() -> None:
    packet = OpusEncoder(16_000).encode(np.zeros(960, np.int16))
    assert opus.packet_duration_samples(packet, 48_000) == 2880
    with pytest.raises(MediaError):
        opus.packet_duration_samples(b"", 48_000)


@pytest.mark.parametrize("size", [0, 100, 319])
def test_a_length_opus_lacks_is_refused(size: int) -> None:
    with pytest.raises(MediaError, match="encode"):
        OpusEncoder(16_000).encode(np.zeros(size, np.int16))


def test_wrong_settings_are_refused() -> None:
    with pytest.raises(MediaError, match="resample"):
        OpusEncoder(44_100)
    with pytest.raises(MediaError, match="channels"):
        OpusDecoder(16_000, 3)
    with pytest.raises(MediaError, match="complexity"):
        OpusEncoder(16_000, complexity=11)
    with pytest.raises(MediaError, match="int16"):
        OpusEncoder(16_000).encode(np.zeros(320, np.float32))


def test_broken_packets_leave_the_decoder_usable() -> None:
    decoder = OpusDecoder(16_000)
    for broken in (b"", b"\xff", b"\x03\xff\xff"):
        with pytest.raises(MediaError):
            decoder.decode(broken)
    good = OpusEncoder(16_000).encode(np.zeros(320, np.int16))
    assert decoder.decode(good).shape == (320,)
    with pytest.raises(MediaError, match=r"2\.5 to 120"):
        decoder.conceal(0)


def test_closed_ones_say_so() -> None:
    encoder, decoder = OpusEncoder(16_000), OpusDecoder(16_000)
    for coder in (encoder, decoder):
        coder.close()
        coder.close()
    with pytest.raises(MediaError, match="closed"):
        encoder.encode(np.zeros(320, np.int16))
    with pytest.raises(MediaError, match="closed"):
        decoder.conceal(320)


@pytest.mark.usefixtures("unloaded")
def test_missing_libopus_names_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opus, "_candidates", lambda: ["/nowhere/libopus.so.0"])
    with pytest.raises(MediaError, match="libopus0"):
        opus.libopus_path()


def test_the_path_is_that_of_a_library() -> None:
    assert "opus" in Path(opus.libopus_path()).name
