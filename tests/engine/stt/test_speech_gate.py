import itertools
from itertools import pairwise

import pytest

from sessions_app.engine.core.frames import AudioFrame, silence
from sessions_app.engine.stt.speech_gate import (
    AHEAD_MS,
    KEPT_MS,
    LONGEST_MS,
    PRE_ROLL_MS,
    Flush,
    Pause,
    SpeechGate,
)

Out = list[AudioFrame | Flush]


def frames(start_ms: float, end_ms: float) -> list[AudioFrame]:
    count = round((end_ms - start_ms) / 20)
    return [silence(20, start_ms + 20 * index) for index in range(count)]


def feed(gate: SpeechGate, start_ms: float, end_ms: float) -> Out:
    out: Out = []
    for frame in frames(start_ms, end_ms):
        out += gate.feed(frame)
    return out


def starts(out: Out) -> list[float]:
    return [item.start_ms for item in out if isinstance(item, AudioFrame)]


def frames_of(out: Out) -> list[AudioFrame]:
    return [item for item in out if isinstance(item, AudioFrame)]


def flushes(out: Out) -> int:
    return sum(isinstance(item, Flush) for item in out)


def test_nothing_passes_while_nobody_speaks() -> None:
    assert feed(SpeechGate(), 0, 5000) == []


def test_speech_passes_from_a_little_before_its_start() -> None:
    gate = SpeechGate()
    feed(gate, 0, 1100)
    out = gate.started(1000)
    assert starts(out)[0] == 1000 - PRE_ROLL_MS
    assert starts(out)[-1] == 1080
    assert starts(feed(gate, 1100, 1200)) == [1100, 1120, 1140, 1160, 1180]


def test_silence_that_comes_in_one_piece_makes_no_utterance_longer() -> None:
    gate = SpeechGate()
    gate.feed(silence(1_000, 0))
    feed(gate, 1_000, 1_100)
    out = gate.started(1_000)
    assert starts(out) == [1_000 - PRE_ROLL_MS, 1_000, 1_020, 1_040, 1_060, 1_080]
    assert all(a.end_ms == b.start_ms for a, b in pairwise(frames_of(out)))


def test_an_end_told_late_ends_the_utterance_at_once() -> None:
    gate = SpeechGate()
    feed(gate, 0, 200)
    gate.started(100)
    feed(gate, 200, 2000)
    assert flushes(gate.ended(1400)) == 1
    assert feed(gate, 2000, 2100) == []


def test_an_end_told_early_waits_for_the_post_roll() -> None:
    gate = SpeechGate()
    feed(gate, 0, 200)
    gate.started(100)
    feed(gate, 200, 1000)
    assert gate.ended(1000) == []
    out = feed(gate, 1000, 1400)
    assert starts(out)[-1] == 1180
    assert flushes(out) == 1


def test_speech_that_goes_on_within_the_post_roll_is_one_utterance() -> None:
    gate = SpeechGate()
    feed(gate, 0, 200)
    gate.started(100)
    feed(gate, 200, 1000)
    gate.ended(1000)
    feed(gate, 1000, 1100)
    assert gate.started(1050) == []
    assert flushes(feed(gate, 1100, 3000)) == 0


def test_no_audio_is_passed_twice_and_none_of_the_speech_is_left_out() -> None:
    gate = SpeechGate()
    out: Out = feed(gate, 0, 1100) + gate.started(1000) + feed(gate, 1100, 2520)
    out += gate.ended(2000) + feed(gate, 2520, 2700) + gate.started(2560)
    out += feed(gate, 2700, 4000) + gate.finish()
    heard = starts(out)
    assert heard == sorted(set(heard))
    assert all(second - first == 20 for first, second in itertools.pairwise(heard))
    assert flushes(out) == 2


def test_speech_without_a_pause_is_cut() -> None:
    gate = SpeechGate()
    gate.started(0)
    out = feed(gate, 0, 3 * LONGEST_MS)
    assert flushes(out) == 3
    assert len(starts(out)) == 3 * LONGEST_MS / 20


def test_only_so_much_silence_is_kept() -> None:
    gate = SpeechGate()
    feed(gate, 0, 60_000)
    assert len(gate.started(0)) <= KEPT_MS / 20 + 1


def test_only_speech_that_is_passed_on_pauses() -> None:
    gate = SpeechGate()
    assert gate.paused() == []
    feed(gate, 0, 200)
    gate.started(100)
    feed(gate, 200, 1300)
    assert gate.paused() == [Pause()]
    gate.ended(1000)
    assert gate.paused() == []


def test_what_comes_much_at_once_waits_for_what_the_vad_finds_in_it() -> None:
    """Two utterances, three seconds of silence between them, and a VAD that is behind."""
    gate, out = SpeechGate(), list[AudioFrame | Flush]()
    for frame in frames(0, 8_000):
        out += gate.feed(frame, 0)
    marks = [(gate.started, 500), (gate.ended, 2_000), (gate.started, 5_000), (gate.ended, 7_000)]
    for tell, at_ms in marks:
        for judged_ms in range(at_ms - 400, at_ms + 100, 100):
            out += gate.feed(silence(20, 8_000), judged_ms)
        out += tell(at_ms, at_ms + 100)
    out += gate.finish()
    passed = [index for index, item in enumerate(out) if isinstance(item, Flush)]
    assert len(passed) == 2
    first, second = starts(out[: passed[0]]), starts(out[passed[0] : passed[1]])
    assert (first[0], second[0]) == (500 - PRE_ROLL_MS, 5_000 - PRE_ROLL_MS)
    assert first[-1] < 2_000 + AHEAD_MS
    assert second[-1] < 7_000 + AHEAD_MS


@pytest.mark.parametrize("piece_ms", [20, 1_000])
def test_utterances_stay_apart_where_the_vad_decides_on_both_in_one_go(piece_ms: int) -> None:
    """Nothing is heard between its decisions: all of it came at once."""
    gate = SpeechGate()
    out: Out = []
    for at_ms in range(0, 6_000, piece_ms):
        out += gate.feed(silence(piece_ms, at_ms), 0.0)
    out += gate.started(1_000, 1_100)
    out += gate.ended(2_000, 2_500)
    out += gate.started(4_500, 4_600)
    out += gate.ended(5_500, 6_000)
    out += gate.finish()
    assert flushes(out) == 2
    middle = next(at for at, item in enumerate(out) if isinstance(item, Flush))
    assert max(frame.end_ms for frame in frames_of(out[:middle])) <= 2_200 + piece_ms
    assert min(starts(out[middle:])) >= 4_500 - PRE_ROLL_MS - piece_ms
