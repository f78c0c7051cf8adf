"""The figures of many calls at once are those of what callers said and saw."""

from typing import Any

import numpy as np
import pytest

from bench.mix.caller import Utterance, behind
from bench.mix.clips import Clip, clip
from bench.mix.figures import Heard, heard, in_ms, owner
from bench.mix.processes import OTHERS, Spent, kind_of
from bench.mix.rhythm import GREETING_S, SHARE, Rhythm
from sessions_app.engine.audio.opus import OpusDecoder

ORIGIN = 1000.0
SAID = [
    Utterance("call the plumber on friday", 1005.0, 1007.0, answered=1007.8),
    Utterance("what time is it", 1012.0, 1013.0, answered=None),
    Utterance("thank you", 1020.0, 1020.5, over=True),
]


def told(text: str, begins: float, ends: float, came: float, *, final: bool = True) -> Any:
    """Returns a transcript of words at seconds after ORIGIN, received at another."""
    times = {"startMs": 1000 * begins, "endMs": 1000 * ends}
    return {"text": text, "final": final, "seq": 1, **times, "came": ORIGIN + came}


def test_what_came_is_counted_for_the_utterance_that_it_tells_of() -> None:
    words = [
        told("call", 5.1, 5.5, 5.9, final=False),
        told("call the", 5.1, 6.0, 6.3, final=False),
        told("Call the plumber", 5.1, 6.2, 7.2),
        told("on Monday.", 6.3, 7.0, 7.6),
        told("What time is it?", 12.1, 13.1, 20.2),  # after the next utterance began
    ]
    found = heard(SAID, words, ORIGIN, (1000.0, 1030.0))
    assert (found.utterances, found.words, found.wrong) == (3, 11, 1 + 0 + 2)
    assert found.finals == pytest.approx([0.6, 7.2])
    assert found.without_final == 1
    assert found.firsts == pytest.approx([0.9])
    assert found.between == pytest.approx([0.4])
    assert found.answers == pytest.approx([0.8])
    assert (found.over, found.unanswered) == (1, 1)
    assert found.spoken == pytest.approx(3.5)


def test_a_packet_is_behind_its_calls_usual_time_and_not_its_first() -> None:
    assert behind([]) == 0
    assert behind([5.0, *[5.022] * 50]) == 0
    assert behind([*[5.0] * 50, 5.019, 5.021, 5.2]) == 2


def test_only_the_time_that_is_measured_counts() -> None:
    words = [told("What time was it?", 12.1, 13.1, 13.6), told("the", 0.5, 0.8, 1.4)]
    found = heard(SAID, words, ORIGIN, (1010.0, 1015.0))
    assert (found.utterances, found.words, found.wrong, found.invented) == (1, 4, 1, 0)


def test_words_where_nothing_was_said_are_wrong() -> None:
    found = heard(SAID[1:2], [told("Hello there.", 2.0, 3.0, 3.5)], ORIGIN, (1000.0, 1030.0))
    assert (found.invented, found.wrong) == (2, 2 + 4)
    total = Heard()
    total.add(found)
    total.add(found)
    assert (total.wrong, total.words, total.wrong_pct) == (12, 8, 150.0)


@pytest.mark.parametrize(
    ("begins", "ends", "at"), [(5.2, 6.0, 0), (11.9, 12.4, 1), (7.9, 8.4, 0), (9.0, 9.5, None)]
)
def test_a_final_is_of_the_utterance_next_to_it(begins: float, ends: float, at: int | None) -> None:
    assert owner(told("x", begins, ends, 15.0), ORIGIN, SAID) == at


def test_times_are_told_by_median_and_95th_percentile() -> None:
    assert in_ms([n / 1000 for n in range(101)]) == "50 / 95"
    assert in_ms([]) == ""


def test_callers_speak_for_their_share_of_the_time_and_not_in_step() -> None:
    said = [Clip(str(n), {16_000: [b""] * (100 + n)}, 5, 89 + n) for n in range(20)]
    rhythms = [Rhythm(said, number) for number in range(4)]
    turns = [[rhythm.next() for _ in range(200)] for rhythm in rhythms]
    for turn in turns:
        spoken = sum(one.last - one.first for _, one in turn)
        whole = sum(pause + len(one.packets[16_000]) for pause, one in turn)
        assert spoken / whole == pytest.approx(SHARE, abs=0.02)
        assert turn[0][0] >= 50 * GREETING_S
    assert len({turn[0][0] for turn in turns}) == 4
    assert len({tuple(one.text for _, one in turn[:20]) for turn in turns}) == 4
    assert {one.text for _, one in turns[0][:20]} == {one.text for one in said}


def test_a_clip_knows_where_its_sound_is() -> None:
    tone = (8000 * np.sin(np.arange(16_000) * 0.3)).astype(np.int16)
    padded = np.concatenate([np.zeros(9_000, np.int16), tone, np.zeros(12_345, np.int16)])
    made = clip("beep", padded)
    decoder = OpusDecoder(16_000)
    loud = [np.abs(decoder.decode(p).astype(int)).max() > 1000 for p in made.packets[16_000]]
    assert abs(loud.index(True) - made.first) <= 1
    assert abs(len(loud) - 1 - loud[::-1].index(True) - made.last) <= 1
    assert made.last - made.first == 49  # a second of 20 ms packets
    assert len(made.packets[48_000]) == len(loud)


def test_processes_are_told_apart_by_what_they_do() -> None:
    for command, kind in {
        "python manage.py serve --port 8000 ": "web and media",
        "python -m sessions_app.engine.stt.worker.preloaded 18 x.MoonshineEngine {} ": "recogniser",
        "python -m sessions_app.engine.tts.worker.hibari 21 ": "voice",
        "python -m celery --quiet --app voicesite worker --pool solo ": "background worker",
        "python -m celery --quiet --app voicesite beat ": OTHERS,
        "python -m sessions_app.engine.stt.worker.pocketsphinx 16 ": OTHERS,
    }.items():
        assert kind_of(command) == kind


def test_time_spent_is_that_between_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = {1: 5.0, 2: 7.0}
    running = {1: "manage.py serve", 2: "beat"}
    monkeypatch.setattr("bench.mix.processes.cpu_s", clock.__getitem__)
    spent = Spent(lambda: running)
    clock |= {1: 5.5, 3: 0.2}
    running[3] = "manage.py serve --again"
    spent.look()
    del running[1]
    clock[2] = 7.25
    spent.look()
    assert spent.by_kind() == pytest.approx({"web and media": 0.7, OTHERS: 0.25})
