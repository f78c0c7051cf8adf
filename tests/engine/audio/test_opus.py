from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from sessions_app.engine.audio import opus
from sessions_app.engine.audio.opus import OpusDecoder, OpusEncoder
from sessions_app.engine.core.errors import MediaError
from sessions_app.engine.core.frames import Samples
from tests.engine.audio.signals import likeness, tone


@pytest.fixture
def unloaded() -> Iterator[None]:
    opus._load.cache_clear()
    yield
    opus._load.cache_clear()


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


def coded(speech: Samples, **how: int) -> list[bytes]:
    encoder = OpusEncoder(16_000, bitrate=24_000, **how)  # type: ignore[arg-type]
    whole = len(speech) // 320 * 320
    return [encoder.encode(speech[at : at + 320]) for at in range(0, whole, 320)]


def test_a_lost_packet_is_repaired_from_the_next(speech: Samples) -> None:
    packets = coded(speech, expected_loss=15)
    carrying = [n for n, packet in enumerate(packets) if opus.has_fec(packet)]
    assert len(carrying) > len(packets) / 4
    whole, lossy, made_up = (OpusDecoder(16_000) for _ in range(3))
    repaired: list[float] = []
    concealed: list[float] = []
    for number, packet in enumerate(packets):
        true = whole.decode(packet)
        if number + 1 in carrying and number % 5 == 0 and np.abs(true).max() > 2000:
            repaired.append(likeness(lossy.repair(packets[number + 1], 320), true))
            concealed.append(likeness(made_up.conceal(320), true))
        else:
            lossy.decode(packet)
            made_up.decode(packet)
    assert len(repaired) > 5
    assert np.mean(repaired) > 0.8
    assert np.mean(repaired) > np.mean(concealed) + 0.1


def test_without_fec_a_repair_is_a_concealment(speech: Samples) -> None:
    packets = coded(speech)
    assert not any(opus.has_fec(packet) for packet in packets)
    first, second = OpusDecoder(16_000), OpusDecoder(16_000)
    for packet in packets[:30]:
        first.decode(packet)
        second.decode(packet)
    assert first.repair(packets[31], 320).shape == second.conceal(320).shape


def test_silence_costs_next_to_nothing_with_dtx() -> None:
    packets = coded(np.zeros(32_000, np.int16), dtx=1)
    assert sum(map(len, packets[30:])) < 3 * len(packets[30:])


@pytest.mark.parametrize("packet", [b"", b"\x00", bytes([0xFF, 0x80]), b"\x03\x80"])
def test_what_can_carry_no_fec_carries_none(packet: bytes) -> None:
    assert not opus.has_fec(packet)


def test_a_repair_from_what_is_no_packet_is_refused() -> None:
    with pytest.raises(MediaError):
        OpusDecoder(16_000).repair(b"", 320)


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("milliseconds", [10, 20, 40, 60])
def test_what_carries_fec_is_told_as_libopus_tells_it(
    speech: Samples, milliseconds: int, channels: int
) -> None:
    asked = getattr(opus._library(), "opus_packet_has_lbrr", None)
    if asked is None:
        pytest.skip("this libopus is older than 1.5")
    encoder = OpusEncoder(16_000, channels, 20_000, expected_loss=20)
    size = 16 * milliseconds
    parts = [speech[at : at + size] for at in range(0, len(speech) - size, size)]
    packets = [encoder.encode(np.stack([part] * channels, axis=1)) for part in parts]
    told = [opus.has_fec(packet) for packet in packets]
    assert told == [bool(asked(packet, len(packet))) for packet in packets]
    assert any(told)
