import random

import pytest

from sessions_app.engine.audio.vad.boundaries import WINDOW_MS, Boundaries, Thresholds
from sessions_app.engine.core.events import Speaker, SpeechEnded

Told = list[tuple[str, float]]


def run(probabilities: list[float], boundaries: Boundaries | None = None) -> Told:
    boundaries = boundaries or Boundaries(Thresholds())
    events = [boundaries.judge(p, n * WINDOW_MS) for n, p in enumerate(probabilities)]
    return [(type(e).__name__, e.at_ms / WINDOW_MS) for e in events if e is not None]


@pytest.mark.parametrize(
    ("probabilities", "told"),
    [
        ([0.0] * 50, []),
        ([0.9] * 2 + [0.0] * 50, []),
        ([0.0, 0.9, 0.9, 0.9], [("SpeechStarted", 1)]),
        ([0.9, 0.9, 0.1, 0.9, 0.9, 0.9], [("SpeechStarted", 3)]),
        ([0.5] * 3, [("SpeechStarted", 0)]),
        ([0.49] * 9, []),
        ([0.9] * 3 + [0.1] * 15, [("SpeechStarted", 0)]),
        ([0.9] * 3 + [0.1] * 16, [("SpeechStarted", 0), ("SpeechEnded", 3)]),
        ([0.9] * 3 + [0.4] * 40, [("SpeechStarted", 0)]),
        ([0.9] * 3 + [0.1] * 10 + [0.4] + [0.1] * 15, [("SpeechStarted", 0)]),
        (
            [0.9] * 3 + [0.1] * 16 + [0.9] * 3,
            [("SpeechStarted", 0), ("SpeechEnded", 3), ("SpeechStarted", 19)],
        ),
    ],
)
def test_the_table(probabilities: list[float], told: Told) -> None:
    assert run(probabilities) == told


def test_open_speech_ends_with_the_audio() -> None:
    boundaries = Boundaries(Thresholds(), Speaker.AGENT)
    run([0.9] * 5, boundaries)
    assert boundaries.finish(160.0) == SpeechEnded(Speaker.AGENT, 160.0)
    assert boundaries.finish(200.0) is None
    run([0.9] * 3, boundaries)
    assert isinstance(boundaries.finish(300.0), SpeechEnded)


def test_while_the_agent_speaks_speech_must_be_surer_and_longer() -> None:
    boundaries = Boundaries(Thresholds())
    boundaries.guarded = True
    assert [boundaries.judge(0.55, 32.0 * n) for n in range(10)] == [None] * 10
    started = [boundaries.judge(0.9, 32.0 * n) for n in range(10, 14)]
    assert [event is None for event in started] == [True, True, False, True]


def test_while_the_agent_speaks_what_is_much_softer_than_the_caller_is_not_heard() -> None:
    boundaries = Boundaries(Thresholds())
    for n in range(40):
        boundaries.judge(0.95, 32.0 * n, 3000.0)
    for n in range(40, 60):
        boundaries.judge(0.1, 32.0 * n, 20.0)
    boundaries.guarded = True
    assert [boundaries.judge(0.95, 32.0 * n, 500.0) for n in range(60, 80)] == [None] * 20
    assert any(boundaries.judge(0.95, 32.0 * n, 1500.0) for n in range(80, 84))
    boundaries.guarded = False


@pytest.mark.parametrize("seed", range(5))
def test_windows_that_are_judged_together_make_no_boundary_later(seed: int) -> None:
    rolled = random.Random(seed)
    probabilities: list[float] = []
    while len(probabilities) < 2_000:
        probabilities += [rolled.choice([0.1, 0.9])] * rolled.randint(1, 30)
    together, waiting, told = Boundaries(Thresholds()), list[int](), list[tuple[str, int]]()
    at_once = Boundaries(Thresholds())
    wanted = []
    for now, probability in enumerate(probabilities):
        event = at_once.judge(probability, now * WINDOW_MS)
        if event is not None:
            wanted.append((type(event).__name__, now))
        waiting.append(now)
        if len(waiting) >= together.remaining:
            for number in waiting:
                event = together.judge(probabilities[number], number * WINDOW_MS)
                told += [(type(event).__name__, now)] if event is not None else []
            waiting.clear()
    assert told == wanted
    assert len(told) > 30


def watched(probabilities: list[float]) -> Told:
    boundaries = Boundaries(Thresholds())
    boundaries.watching = True
    return run(probabilities, boundaries)


def test_what_is_heard_over_the_agent_does_not_teach_how_loud_the_caller_is() -> None:
    boundaries = Boundaries(Thresholds())
    for n in range(40):
        boundaries.judge(0.95, 32.0 * n, 3000.0)
    for n in range(40, 60):
        boundaries.judge(0.1, 32.0 * n, 20.0)
    boundaries.guarded = True
    for n in range(60, 63):
        boundaries.judge(0.95, 32.0 * n, 1000.0)  # somebody else, just loud enough
    boundaries.guarded = False
    for n in range(63, 200):
        boundaries.judge(0.95, 32.0 * n, 200.0)
    for n in range(200, 220):
        boundaries.judge(0.1, 32.0 * n, 20.0)
    boundaries.guarded = True
    assert not any(boundaries.judge(0.95, 32.0 * n, 200.0) for n in range(220, 240))


STARTED, PAUSED, RESUMED = ("SpeechStarted", 0.0), ("SpeechPaused", 3.0), "SpeechResumed"


@pytest.mark.parametrize(
    ("after_speech", "told"),
    [
        ([0.1] * 5, []),
        ([0.1] * 6, [PAUSED]),
        ([0.1] * 6 + [0.5], [PAUSED, (RESUMED, 9)]),
        ([0.1] * 6 + [0.5] + [0.1] * 6, [PAUSED, (RESUMED, 9), ("SpeechPaused", 10)]),
        ([0.1] * 5 + [0.5] + [0.1] * 5, []),
        ([0.1] * 16, [PAUSED, ("SpeechEnded", 3)]),
        ([0.1] * 16 + [0.9] * 3, [PAUSED, ("SpeechEnded", 3), ("SpeechStarted", 19)]),
    ],
)
def test_who_asks_is_told_of_pauses_before_they_are_ends(
    after_speech: list[float], told: Told
) -> None:
    assert watched([0.9] * 3 + after_speech) == [STARTED, *told]
    assert not [name for name, _ in run([0.9] * 3 + after_speech) if name in (PAUSED[0], RESUMED)]


def test_a_pause_is_looked_for_no_later_than_it_can_come() -> None:
    boundaries = Boundaries(Thresholds())
    boundaries.watching = True
    waits = []
    for n, probability in enumerate([0.9] * 4 + [0.1] * 10):
        waits.append(boundaries.remaining)
        boundaries.judge(probability, n * WINDOW_MS)
    assert waits == [3, 2, 1, 6, 6, 5, 4, 3, 2, 1, 2, 2, 2, 2]
