"""Both sides of a call as one listener hears them."""

import numpy as np

from sessions_app.engine.audio.opus import OpusEncoder
from sessions_app.engine.core.frames import AudioFrame
from sessions_app.engine.session.listening import LAG_MS, LONGEST_MS, MOST_QUEUED, ListeningMix

RATE = 16_000


def tone(hz: float, ms: int) -> np.ndarray:
    at = np.arange(ms * RATE // 1000) / RATE
    return (8_000 * np.sin(2 * np.pi * hz * at)).astype(np.int16)


def strength(sound: np.ndarray, hz: float) -> float:
    """Returns how strong a frequency is, from 0 to 1 for a tone of 8000."""
    at = np.arange(len(sound)) / RATE
    return float(abs(np.mean(sound * np.exp(-2j * np.pi * hz * at))) / 4_000)


class Clock:
    """The call clock of a test."""

    ms = 1_000.0

    def __call__(self) -> float:
        return self.ms


def test_both_sides_are_heard_at_their_place() -> None:
    clock = Clock()
    mix = ListeningMix(clock)
    encoder = OpusEncoder(RATE)
    caller, agent = tone(400, 1_000), tone(1_000, 1_000)
    for number in range(50):
        piece = slice(320 * number, 320 * (number + 1))
        mix.hear_caller(AudioFrame(caller[piece], RATE, 1_000.0 + 20 * number))
        mix.hear_agent(encoder.encode(agent[piece]), 1_500.0 + 20 * number)
    heard = []
    for _ in range(40):
        clock.ms += 40
        heard.append(np.frombuffer(mix.take(), "<i2").astype(float))
    sound = np.concatenate(heard)
    assert len(sound) == 1_600 * RATE // 1000
    begins = round(LAG_MS) * RATE // 1000  # it begins as long before 1000 ms
    alone, both, after = (
        sound[begins + first * RATE // 1000 :][: 300 * RATE // 1000] for first in (100, 600, 1_100)
    )
    assert strength(alone, 400) > 0.9
    assert strength(alone, 1_000) < 0.1
    assert min(strength(both, 400), strength(both, 1_000)) > 0.6
    assert strength(after, 1_000) > 0.6
    assert strength(after, 400) < 0.1


def test_a_slow_listener_misses_what_is_old_and_keeps_little() -> None:
    clock = Clock()
    mix = ListeningMix(clock)
    for number in range(10 * MOST_QUEUED):
        mix.hear_caller(AudioFrame(tone(400, 20), RATE, 1_000.0 + 20 * number))
    clock.ms = 1_000.0 + 20 * 10 * MOST_QUEUED
    assert mix.take() == b""
    clock.ms += 40
    assert len(mix.take()) == 2 * 40 * RATE // 1000
    clock.ms += LONGEST_MS - 1
    assert len(mix.take()) == 2 * (round(LONGEST_MS) - 1) * RATE // 1000
    mix.close()
