"""Rows as the templates show them."""

from typing import Any

import pytest
from django.utils import timezone

from sessions_app.models import Recording, Segment
from sessions_app.services import summary_display
from sessions_app.views import view_models, wording


def segment(text: str, words: int, edited: str = "") -> Segment:
    spans = [
        {"text": f"w{i}", "start_ms": 1000 + 100 * i, "end_ms": 1090 + 100 * i}
        for i in range(words)
    ]
    return Segment(
        seq=1,
        speaker="caller",
        text=text,
        edited_text=edited,
        start_ms=1000,
        end_ms=1400,
        words=spans,
    )


def words_of(row: Segment) -> list[tuple[str, int]]:
    (line,) = view_models.lines([row])
    return [(word.text, word.start_ms) for word in line.words]


def test_words_are_spelt_as_the_text_and_timed_as_recognised() -> None:
    assert words_of(segment("Good morning.", 2)) == [("Good", 1000), ("morning.", 1100)]


def test_a_correction_keeps_its_place_in_time() -> None:
    row = segment("one two three four", 4, edited="One, too.")
    assert words_of(row) == [("One,", 1000), ("too.", 1200)]
    longer = segment("one two", 2, edited="one and then two")
    assert [start for _, start in words_of(longer)] == [1000, 1045, 1100, 1151]


def test_a_text_without_word_times_is_spread_evenly() -> None:
    assert words_of(segment("a b c d", 0)) == [("a", 1000), ("b", 1100), ("c", 1200), ("d", 1300)]


def test_an_empty_text_has_no_words() -> None:
    assert words_of(segment("", 0)) == []


def test_points_link_only_to_what_is_there() -> None:
    items: list[dict[str, Any]] = [
        {"text": "a", "seq": 2},
        {"text": "b", "seq": 9},
        {"text": "c", "seq": None},
    ]
    found = summary_display.points(items, {2: 61_000})
    assert (found[0].seq, found[0].time) == (2, "1:01")
    assert [point.seq for point in found[1:]] == [None, None]


def test_shares_are_of_what_was_spoken() -> None:
    speakers = [
        {"speaker": "caller", "spoken_ms": 3000, "words": 9},
        {"speaker": "agent", "spoken_ms": 1000, "words": 3},
    ]
    assert [share.percent for share in view_models.speaker_shares(speakers)] == [75, 25]
    silent = [{"speaker": "caller", "spoken_ms": 0, "words": 0}]
    assert [share.percent for share in view_models.speaker_shares(silent)] == [0]


@pytest.mark.parametrize(
    ("milliseconds", "expected"),
    [(None, "0:00"), (999, "0:00"), (67_000, "1:07"), (3_723_000, "1:02:03")],
)
def test_the_clock(milliseconds: float | None, expected: str) -> None:
    assert wording.clock(milliseconds) == expected


@pytest.mark.parametrize(
    ("milliseconds", "expected"),
    [
        (0, "0 s"),
        (7_400, "7 s"),
        (60_000, "1 min"),
        (65_000, "1 min 5 s"),
        (3_900_000, "1 h 5 min"),
    ],
)
def test_lengths(milliseconds: float, expected: str) -> None:
    assert wording.length(milliseconds) == expected


def test_gaps_stand_before_what_was_said_next_or_at_the_end() -> None:
    row = segment("Good morning.", 2)
    gaps = [[200, 900], [5000, 9000]]
    (line,) = view_models.lines([row], gaps=gaps)
    assert line.gap_before == "1 s"
    assert view_models.gap_after([row], gaps) == "4 s"
    assert view_models.gap_after([row], gaps[:1]) == ""


def test_words_of_a_script_without_blanks_have_their_own_times() -> None:
    said = "我想问一下。"
    words = [
        {"text": c, "start_ms": 200 * n, "end_ms": 200 * n + 200}
        for n, c in enumerate(said.rstrip("。"))
    ]
    segment = Segment(seq=1, speaker="caller", text=said, start_ms=0, end_ms=1000, words=words)
    (line,) = view_models.lines([segment])
    assert [(w.text, w.start_ms, w.end_ms) for w in line.words] == [
        ("我想", 0, 400),
        ("问", 400, 600),
        ("一下。", 600, 1000),
    ]
    assert not any(word.blank for word in line.words)


def test_what_was_not_heard_follows_as_it_is_written() -> None:
    cut = [("山上有一座庙。", "山上有"), ("Well, it may rain.", "Well, it"), ("Well.", "Well")]
    found = view_models.lines(
        Segment(seq=n, speaker="agent", text=text, heard_text=heard, start_ms=0, end_ms=9)
        for n, (text, heard) in enumerate(cut, start=1)
    )
    assert [line.unheard for line in found] == ["一座庙。", "may rain.", ""]
    assert [line.words[-1].blank for line in found] == [False, True, False]


@pytest.mark.parametrize(
    ("peaks", "silent"),
    [
        ([[0, 0], [5, 0]], ["caller"]),
        ([[5, 0], [0, 0]], []),  # the agent only typed, or was shown
        ([[5, 0], [5, 0]], []),
        ([], []),
    ],
)
def test_a_side_that_spoke_and_cannot_be_heard_is_known(
    peaks: list[list[int]], silent: list[str]
) -> None:
    typed = Segment(seq=2, speaker="agent", text="Hello.", start_ms=9, end_ms=9)
    recording = Recording(file="call.ogg", peaks=peaks)
    assert view_models.silent_sides(recording, [segment("Good morning.", 2), typed]) == silent
    assert view_models.silent_sides(Recording(peaks=peaks), [typed]) == []
    assert view_models.silent_sides(None, [typed]) == []


def test_lines_that_the_recogniser_was_unsure_of_say_how_sure_it_was() -> None:
    made = [segment("good mourning", 2, edited) for edited in ("", "", "Good morning.", "")]
    sure = (0.416, 0.7, 0.2, None)
    for row, confidence in zip(made, sure, strict=True):
        row.confidence = confidence
    assert [line.sure for line in view_models.lines(made)] == [42, None, None, None]
    made[0].revised_at, made[0].revised_text = timezone.now(), "good morning"
    assert view_models.lines(made)[0].sure is None
