import dataclasses
import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions_app.engine.core.events import Word
from sessions_app.engine.exports.base import ExportSegment
from sessions_app.engine.exports.captions import (
    LINE_CELLS,
    LONGEST_CUE_MS,
    SHORTEST_TYPED_MS,
    Cue,
    captions,
    cues,
)
from sessions_app.engine.text.characters import width


def spoken(
    text: str, start_ms: int = 1000, word_ms: int = 400, pause_ms: int = 100
) -> ExportSegment:
    """Returns a segment whose words take `word_ms` each, with pauses between them."""
    starts = itertools.count(start_ms, word_ms + pause_ms)
    words = tuple(Word(w, at, at + word_ms) for w, at in zip(text.split(), starts, strict=False))
    return ExportSegment(1, "caller", start_ms, round(words[-1].end_ms), text, None, words)


LONG = " ".join(f"word{number:02}" for number in range(30))  # 6 characters each


def test_captions_start_and_end_with_their_words() -> None:
    first, second, third = cues(spoken(LONG))
    assert first.lines == (LONG[:41], LONG[42:83])
    assert (first.start_ms, first.end_ms) == (1000, 1000 + 12 * 500 - 100)
    assert second.start_ms == 1000 + 12 * 500
    assert third.end_ms == 1000 + 30 * 500 - 100


def test_slow_words_do_not_stay_for_ever() -> None:
    shown = cues(spoken("one two three four five six seven eight", word_ms=1900))
    assert [cue.lines for cue in shown] == [
        ("one two three",),
        ("four five six",),
        ("seven eight",),
    ]
    assert all(cue.end_ms - cue.start_ms <= LONGEST_CUE_MS for cue in shown)


def test_one_endless_word_is_shown() -> None:
    (cue,) = cues(spoken("om", word_ms=20_000), "Caller:")
    assert cue == Cue(1000, 21_000, "caller", ("Caller: om",))


def test_a_sign_at_the_end_is_no_caption_of_its_own() -> None:
    words = (Word("om", 1000.0, 21_000.0),)
    (cue,) = cues(ExportSegment(1, "caller", 1000, 21_000, "om 👍", None, words), until_ms=21_000)
    assert cue == Cue(1000, 21_000, "caller", ("om 👍",))


def test_many_words_at_once_end_where_the_same_side_goes_on() -> None:
    shown = cues(ExportSegment(1, "caller", 1000, 1300, LONG), until_ms=1310)
    assert len(shown) == 3
    assert shown[-1].end_ms <= 1310


def test_the_label_takes_its_place_in_the_line() -> None:
    shown = cues(spoken(LONG), "Caller:")
    assert shown[0].lines[0] == f"Caller: {LONG[:34]}"
    assert not any("Caller" in line for cue in shown[1:] for line in cue.lines)
    assert cues(ExportSegment(1, "caller", 0, 10, " "), "Caller:") == []


def test_a_short_word_is_shown_long_enough() -> None:
    (cue,) = cues(spoken("no", word_ms=90))
    assert cue.end_ms - cue.start_ms == 500


def test_a_correction_with_as_many_words_keeps_their_times() -> None:
    said = spoken("their is a house")
    fixed = ExportSegment(1, "caller", 1000, 2900, "There is a house.", None, said.words)
    assert [(c.start_ms, c.end_ms) for c in cues(fixed)] == [(1000, 2900)]


def test_a_correction_with_more_words_shares_the_time_by_length() -> None:
    fixed = ExportSegment(1, "caller", 1000, 9000, LONG, None, spoken("too few words").words)
    shown = cues(fixed)
    assert (shown[0].start_ms, shown[-1].end_ms) == (1000, 9000)
    assert shown[0].end_ms == 1000 + 8000 * 12 // 30


@pytest.mark.parametrize(
    "text", ["a\u200cb \u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "e\u0301 👩\u200d👧"]
)
def test_joiners_of_other_scripts_are_kept(text: str) -> None:
    (cue,) = cues(ExportSegment(1, "caller", 0, 900, text))
    assert cue.lines == (text,)


TIMES = st.lists(st.tuples(st.integers(-500, 20_000), st.integers(-500, 20_000)), max_size=60)


@given(
    st.text(max_size=400),
    st.integers(0, 10_000),
    st.integers(0, 60_000),
    st.text("ab:", max_size=12),
)
def test_captions_hold_all_words_fit_the_screen_and_follow_each_other(
    said: str, start: int, length: int, label: str
) -> None:
    said = "".join(c if ord(c) >= 160 or c.isprintable() else " " for c in said)
    made = cues(ExportSegment(1, "caller", start, start + length, said), label)
    lines = [line for cue in made for line in cue.lines]
    expected = f"{label} {said}" if said.split() else ""
    assert "".join("".join(lines).split()) == "".join(expected.split())
    check(made)


@given(TIMES)
def test_wild_word_times_still_give_captions_in_order(times: list[tuple[int, int]]) -> None:
    words = tuple(Word(f"w{n}", float(a), float(b)) for n, (a, b) in enumerate(times))
    text = " ".join(word.text for word in words)
    check(cues(ExportSegment(1, "caller", 100, 9000, text, None, words), "Agent:"))


def check(made: list[Cue]) -> None:
    assert all(width(line) <= LINE_CELLS for cue in made for line in cue.lines)
    assert all(1 <= len(cue.lines) <= 2 for cue in made)
    assert all(a.end_ms <= b.start_ms for a, b in itertools.pairwise(made))
    assert all(cue.start_ms < cue.end_ms for cue in made)


@pytest.mark.parametrize(
    "said", ["a" * 200, "山" * 90, "word " * 400, "สวัสดีครับ" * 40, "👩\u200d👩\u200d👧" * 60]
)
@pytest.mark.parametrize("length", [0, 1, 9000])
def test_no_caption_is_without_a_length_or_too_wide(said: str, length: int) -> None:
    check(cues(ExportSegment(1, "caller", 1000, 1000 + length, said), "Caller:"))


def typed(seq: int, at_ms: int, speaker: str = "caller") -> ExportSegment:
    return ExportSegment(seq, speaker, at_ms, at_ms, "OK, my friend.")


def test_lines_typed_in_a_call_without_sound_can_be_read() -> None:
    lines = [typed(n, 20 * (n // 3), "agent" if n % 2 else "caller") for n in range(12)]
    shown = captions(lines)
    assert len(shown) == 12
    assert all(cue.end_ms - cue.start_ms >= SHORTEST_TYPED_MS for cue in shown)
    for side in ("caller", "agent"):
        own = [cue for cue in shown if cue.speaker == side]
        assert all(a.end_ms <= b.start_ms for a, b in itertools.pairwise(own))
    assert shown[-1].end_ms <= 60 + 6 * SHORTEST_TYPED_MS * 1.5


def test_a_typed_line_does_not_pass_what_its_side_says_next() -> None:
    said = spoken("so we go on", start_ms=1500)
    shown = captions([typed(1, 1000), typed(2, 1010), typed(3, 1020), said, typed(4, 9000)])
    own = [(cue.start_ms, cue.end_ms) for cue in shown]
    assert [start for start, _ in own] == [1000, 1010, 1020, 1500, 9000]
    assert own[3][1] == 1500 + 3 * 500 + 400, "what was said keeps its time"
    assert all(end - start >= SHORTEST_TYPED_MS for start, end in own)


def test_typed_lines_wait_for_each_other_as_far_as_they_can_be_read_before_speech() -> None:
    said = spoken("so we go on", start_ms=2600)
    shown = captions([typed(1, 1000), typed(2, 1010), typed(3, 1020), said])
    assert [cue.start_ms for cue in shown] == [1000, 1600, 1600, 2600]
    assert [cue.end_ms for cue in shown[:3]] == [2000, 2600, 2600]


SENTENCE = ExportSegment(1, "caller", 0, 1850, "My brother works in a hospital.")
LATER = ExportSegment(9, "caller", 2740, 4570, "The parcel arrived this morning.")


@pytest.mark.parametrize(
    "typed_ms", [[95], [874], [1849], [686, 1000, 1300, 1600], [*range(250, 1850, 250)]]
)
def test_what_is_said_and_what_is_typed_meanwhile_have_their_own_times(typed_ms: list[int]) -> None:
    keys = [ExportSegment(n, "caller", ms, ms, f"Pressed {n}") for n, ms in enumerate(typed_ms, 2)]
    shown = captions([SENTENCE, *keys, LATER])
    assert [cue.start_ms for cue in shown] == [0, *typed_ms, 2740]
    assert (shown[0].end_ms, shown[-1].end_ms) == (1850, 4570)
    assert all(cue.end_ms - cue.start_ms == SHORTEST_TYPED_MS for cue in shown[1:-1])


def test_a_line_typed_while_its_side_speaks_is_shown_as_long_as_it_takes_to_read() -> None:
    address = "My address is 12 Mill Lane, Oxford."
    lines = [ExportSegment(2, "caller", 900, 900, address)]
    lines.append(ExportSegment(3, "caller", 1200, 1200, f"{address} " * 8))
    shown = captions([SENTENCE, *lines, LATER])
    whole = [*cues(lines[0]), *cues(lines[1])]
    assert len(whole) > 3
    assert set(whole) <= set(shown)
    assert all(cue.end_ms - cue.start_ms >= SHORTEST_TYPED_MS for cue in whole)


def test_what_one_side_says_while_it_says_something_else_has_its_own_time() -> None:
    inner = ExportSegment(2, "caller", 300, 1200, "Yes.")
    outer, within, after = captions([SENTENCE, inner, LATER])
    assert (outer.start_ms, outer.end_ms) == (0, 1850)
    assert (within.start_ms, within.end_ms) == (300, 1200)
    assert after.start_ms == 2740


def test_the_other_side_s_speech_leaves_typed_lines_as_they_are() -> None:
    said = dataclasses.replace(SENTENCE, speaker="agent")
    shown = captions([said, typed(2, 500), typed(3, 600)])
    assert [(c.speaker, c.start_ms) for c in shown] == [
        ("agent", 0),
        ("caller", 500),
        ("caller", 1500),
    ]


def test_a_typed_line_of_several_captions_is_read_before_the_next() -> None:
    long = ExportSegment(1, "caller", 0, 0, f"{'word ' * 33}ok")
    shown = captions([long, typed(2, 10)])
    assert len(shown) == len(cues(long)) + 1
    check(shown)
    assert all(cue.end_ms - cue.start_ms >= SHORTEST_TYPED_MS for cue in shown)


MOMENTS = st.tuples(
    st.sampled_from(["caller", "agent"]), st.integers(0, 9000), st.sampled_from([0, 0, 700, 4000])
)


@given(st.lists(MOMENTS, max_size=12), st.sampled_from(["", "Side:"]))
def test_no_mixture_leaves_a_caption_unreadable_or_out_of_order(
    moments: list[tuple[str, int, int]], label: str
) -> None:
    segments = [
        ExportSegment(n, side, at, at + length, f"line {n}")
        for n, (side, at, length) in enumerate(sorted(moments, key=lambda moment: moment[1]))
    ]
    shown = captions(segments, lambda _: label)
    assert all(a.start_ms <= b.start_ms for a, b in itertools.pairwise(shown))
    by_text = {cue.lines[0].removeprefix(label).strip(): cue for cue in shown}
    assert len(by_text) == len(segments)
    for segment in segments:
        cue = by_text[segment.text]
        assert cue.start_ms >= segment.start_ms
        if segment.end_ms > segment.start_ms:
            assert cue.start_ms == segment.start_ms
            assert cue.end_ms >= segment.end_ms
        else:
            assert cue.end_ms - cue.start_ms >= SHORTEST_TYPED_MS
    for side in ("caller", "agent"):
        lines = [s.text for s in segments if s.speaker == side and s.end_ms == s.start_ms]
        starts = [by_text[line].start_ms for line in lines]
        assert starts == sorted(starts), "what was typed first is shown first"


def test_typed_lines_with_room_keep_their_time() -> None:
    shown = captions([typed(1, 1000), typed(2, 5000), typed(3, 1000, "agent")])
    assert [cue.start_ms for cue in shown] == [1000, 1000, 5000]


def test_a_caption_after_another_segment_s_names_its_speaker_again() -> None:
    long = dataclasses.replace(spoken(LONG), seq=1)
    other = ExportSegment(2, "agent", 1500, 2500, "Go on.")
    own = ExportSegment(3, "caller", 8000, 8000, "Pressed 5")
    shown = captions([long, other, own], lambda segment: f"{segment.name}:")
    assert [(cue.start_ms, cue.lines[0]) for cue in shown] == [
        (1000, "Caller: word00 word01 word02 word03 word04"),
        (1500, "Agent: Go on."),
        (6500, "Caller: word11 word12 word13 word14 word15"),
        (8000, "Caller: Pressed 5"),
        (12000, "Caller: word22 word23 word24 word25 word26"),
    ]
    assert " ".join(" ".join(cue.lines) for cue in shown).count("word") == 30


def test_a_caption_after_one_of_its_own_segment_names_nobody() -> None:
    shown = captions([spoken(LONG)], lambda segment: f"{segment.name}:")
    assert [cue.lines[0].startswith("Caller:") for cue in shown] == [True, False, False]


SIDES = st.lists(
    st.tuples(st.sampled_from(["caller", "agent"]), st.integers(0, 9000), st.integers(0, 60)),
    max_size=8,
)


@given(SIDES)
def test_whoever_reads_captions_in_order_knows_who_speaks(
    moments: list[tuple[str, int, int]],
) -> None:
    segments = [
        ExportSegment(n, side, at, at + 200 * many, f"<{n}> " * many)
        for n, (side, at, many) in enumerate(moments)
    ]
    before = ""
    for cue in captions(segments, lambda segment: f"{segment.name}:"):
        (which,) = set(re.findall(r"<\d+>", " ".join(cue.lines)))
        named = cue.lines[0].startswith(f"{cue.speaker.capitalize()}:")
        assert named is (which != before)
        assert 1 <= len(cue.lines) <= 2
        assert all(width(line) <= LINE_CELLS for line in cue.lines)
        before = which
