"""From a voice's audio to packets, and clips that are kept."""

import numpy as np
import pytest

from sessions_app.engine.audio.opus import OpusDecoder, has_fec
from sessions_app.engine.audio.speech_encoder import (
    BITRATE,
    ClipCache,
    SpeechEncoder,
    SpokenClip,
    silent_packet,
)
from sessions_app.engine.core.errors import MediaError
from sessions_app.engine.core.frames import Samples


def tone(hz: float, seconds: float, rate: int) -> np.ndarray:
    at = np.arange(round(seconds * rate)) / rate
    return (9000 * np.sin(2 * np.pi * hz * at)).astype(np.int16)


def decoded(packets: list[bytes]) -> np.ndarray:
    decoder = OpusDecoder(24_000)
    audio = np.concatenate([decoder.decode(packet) for packet in packets])
    decoder.close()
    return audio


def loudest_hz(audio: np.ndarray, rate: int = 24_000) -> float:
    spectrum = np.abs(np.fft.rfft(audio.astype(float) * np.hanning(len(audio))))
    return float(np.argmax(spectrum) * rate / len(audio))


@pytest.mark.parametrize("rate", [8_000, 16_000, 22_050, 24_000, 44_100, 48_000])
def test_a_tone_comes_out_whole_at_its_pitch_whatever_the_chunks(rate: int) -> None:
    encoder = SpeechEncoder()
    audio = tone(440, 1.0, rate)
    packets: list[bytes] = []
    for at in range(0, len(audio), 1111):
        packets += encoder.feed(audio[at : at + 1111], rate)
    packets += encoder.finish()
    assert 50 <= len(packets) <= 52
    heard = decoded(packets)
    assert loudest_hz(heard[2400:-4800]) == pytest.approx(440, abs=3)
    assert np.abs(heard[22_000:23_800]).max() > 4000


def test_the_rate_may_change_in_the_middle() -> None:
    encoder = SpeechEncoder()
    packets = encoder.feed(tone(440, 0.5, 16_000), 16_000)
    packets += encoder.feed(tone(880, 0.5, 22_050), 22_050)
    packets += encoder.finish()
    heard = decoded(packets)
    assert loudest_hz(heard[1200:10_800]) == pytest.approx(440, abs=4)
    assert loudest_hz(heard[13_200:22_800]) == pytest.approx(880, abs=4)


def test_nothing_spoken_makes_no_packet() -> None:
    assert SpeechEncoder().finish() == []


def test_a_rate_that_no_voice_has_is_refused() -> None:
    with pytest.raises(MediaError, match="8 to 96 kHz"):
        SpeechEncoder().feed(np.zeros(10, np.int16), 4_000)


def test_silence_is_one_packet_of_20_ms() -> None:
    assert np.abs(decoded([silent_packet()])).max() < 100
    assert len(decoded([silent_packet()])) == 480


def test_the_cache_keeps_what_was_used_last() -> None:
    cache = ClipCache(limit=250)
    for name in "abc":
        if name == "c":
            assert cache.get("a") is not None
        cache.put(name, SpokenClip((bytes(100),), (), name))
    assert cache.get("b") is None
    assert cache.get("a") is not None
    assert cache.get("c") is not None
    cache.put("c", SpokenClip((bytes(10),), (), "c"))
    cache.put("d", SpokenClip((bytes(100),), (), "d"))
    assert len(cache) == 3


def test_where_losses_are_expected_packets_repair_each_other(speech: Samples) -> None:
    plain, repairing = SpeechEncoder(), SpeechEncoder(expected_loss=10)
    assert not any(has_fec(packet) for packet in plain.feed(speech, 16_000))
    packets = repairing.feed(speech, 16_000)
    carrying = [has_fec(packet) for packet in packets]
    assert sum(carrying) > len(carrying) / 2
    assert 8 * sum(map(len, packets)) / (len(speech) / 16_000) < 1.2 * BITRATE
