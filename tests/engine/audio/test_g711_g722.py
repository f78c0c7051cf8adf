"""G.711 and G.722 against signals, and what is made up where something was lost."""

from itertools import pairwise

import numpy as np
import pytest

from sessions_app.engine.audio.g711_g722 import FromOpus, Telephone, TelephoneDecoder
from sessions_app.engine.audio.loss_concealment import Concealer
from sessions_app.engine.audio.opus import OpusEncoder
from sessions_app.engine.core.errors import MediaError
from tests.engine.audio.signals import likeness, tone

every = pytest.mark.parametrize("codec", list(Telephone))


def carried(codec: Telephone, hz: float, seconds: float = 1.0) -> list[bytes]:
    """A voice's Opus packets as payloads of the codec."""
    convert, encoder = FromOpus(codec), OpusEncoder(16_000, bitrate=40_000, application="audio")
    samples = tone(hz, seconds)
    packets = [encoder.encode(samples[at : at + 320]) for at in range(0, len(samples), 320)]
    return [convert(packet) for packet in packets]


def loudest_hz(samples: np.ndarray) -> float:
    spectrum = np.abs(np.fft.rfft(samples.astype(float)))
    return float(np.argmax(spectrum) * 16_000 / len(samples))


@every
def test_a_voice_comes_through_in_20_ms_of_64_kbit(codec: Telephone) -> None:
    payloads = carried(codec, 440)
    assert {len(payload) for payload in payloads} == {160}
    decoder = TelephoneDecoder(codec)
    heard = [decoder.decode(payload) for payload in payloads]
    assert {len(samples) for samples in heard} == {320}
    sound = np.concatenate(heard)[1600:]
    assert loudest_hz(sound) == pytest.approx(440, abs=2)
    assert np.sqrt(np.mean(sound.astype(float) ** 2)) == pytest.approx(0.3 * 32_767 / 2**0.5, 0.05)


def test_only_g722_has_what_lies_above_4_khz() -> None:
    def loudness(codec: Telephone) -> float:
        decoder = TelephoneDecoder(codec)
        heard = np.concatenate([decoder.decode(payload) for payload in carried(codec, 6_000)])
        return float(np.sqrt(np.mean(heard[1600:].astype(float) ** 2)))

    assert loudness(Telephone.G722) > 5_000
    assert loudness(Telephone.PCMU) < 200


@every
def test_payloads_of_any_length_are_decoded(codec: Telephone) -> None:
    whole = b"".join(carried(codec, 440))
    decoder = TelephoneDecoder(codec)
    lengths = [80, 240, 480, 8, 160]
    ends = np.cumsum([0, *lengths])
    heard = [decoder.decode(whole[a:b]) for a, b in pairwise(ends)]
    assert [len(samples) for samples in heard] == [2 * length for length in lengths]
    with pytest.raises(MediaError):
        decoder.decode(b"")


@every
def test_a_lost_packet_sounds_as_what_lies_around_it(codec: Telephone) -> None:
    payloads = carried(codec, 200)
    whole, lossy = TelephoneDecoder(codec), TelephoneDecoder(codec)
    there = np.concatenate([whole.decode(payload) for payload in payloads])
    heard = np.concatenate([
        lossy.conceal(320) if number == 20 else lossy.decode(payload)
        for number, payload in enumerate(payloads)
    ])  # fmt: skip
    lost = slice(20 * 320, 21 * 320)
    assert likeness(heard[lost], there[lost]) > 0.9
    # no click at either end: no step that the tone itself does not have
    steps = np.abs(np.diff(heard.astype(int)))
    assert steps[20 * 320 - 100 : 21 * 320 + 100].max() < 2 * steps[3200 : 19 * 320].max()


def test_a_long_loss_fades_out_and_what_follows_is_heard_again() -> None:
    concealer = Concealer(8_000)
    concealer.receive(tone(300, 0.2, 8_000))
    made = np.concatenate([concealer.conceal(160) for _ in range(10)]).astype(int)
    assert np.abs(made[:160]).max() > 5_000
    assert np.abs(made[240:400]).max() < np.abs(made[:160]).max()
    assert not made[480:].any()
    after = concealer.receive(tone(300, 0.02, 8_000))
    assert np.array_equal(after[32:], tone(300, 0.02, 8_000)[32:])


def test_before_anything_was_heard_silence_is_made_up() -> None:
    assert not Concealer(16_000).conceal(320).any()
