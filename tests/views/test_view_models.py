"""Rows as the templates show them."""

from typing import Any

import pytest

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
