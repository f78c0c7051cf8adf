"""Words that a stall cut off, and that are heard again: told once."""

import pytest

from sessions_app.engine.core.events import Hypothesis, Word
from sessions_app.engine.stt.overlapping_finals import RepeatRemover


def final(text: str, *times: tuple[float, float]) -> Hypothesis:
    words = tuple(
        Word(word, start_ms, end_ms)
        for word, (start_ms, end_ms) in zip(text.split(), times, strict=True)
    )
    return Hypothesis(text, True, times[0][0], times[-1][1], words)


BROTHER = final("My brother.", (60, 300), (330, 1_476))
TODAY = final("It is nice today.", (150, 400), (420, 600), (650, 1_200), (1_300, 1_750))


@pytest.mark.parametrize(
    ("first", "second", "told", "start_ms"),
    [
        (
            BROTHER,
            final("Brother works there.", (620, 1_020), (1_050, 1_500), (1_550, 2_150)),
            "works there.",
            1_476.0,
        ),
        (TODAY, final("To date.", (1_520, 1_600), (1_620, 1_820)), "", None),
        (TODAY, final("Today.", (1_290, 1_800)), "", None),
        (
            final("It starts at night.", (60, 300), (330, 700), (720, 900), (950, 1_600)),
            final("Nine.", (1_510, 1_930)),
            "Nine.",
            1_600.0,
        ),
        (
            final("My brother worked.", (60, 300), (330, 700), (720, 1_000)),
            final("Works in town.", (720, 1_100), (1_150, 1_300), (1_350, 1_800)),
            "in town.",
            1_150.0,
        ),
        # the last word was half a word, and is whole now
        (
            final("The second wind.", (0, 150), (150, 550), (560, 880)),
            final("Window.", (530, 1_040)),
            "Window.",
            880.0,
        ),
        (
            final("The second window.", (0, 150), (150, 550), (560, 880)),
            final("Window.", (530, 1_040)),
            "",
            None,
        ),
        # what only seems to overlap, or comes later, is said
        (final("No.", (100, 500)), final("No.", (450, 800)), "No.", 500.0),
        (final("No.", (100, 500)), final("No.", (900, 1_200)), "No.", 900.0),
        (TODAY, final("Good bye.", (1_400, 1_700), (1_720, 2_000)), "Good bye.", 1_400.0),
    ],
)
def test_what_was_told_is_not_told_again(
    first: Hypothesis, second: Hypothesis, told: str, start_ms: float | None
) -> None:
    overlapping = RepeatRemover()
    assert overlapping.remove(first) == first
    rest = overlapping.remove(second)
    assert rest.text == told
    assert " ".join(word.text for word in rest.words) == told
    if start_ms is not None:
        assert rest.words[0].start_ms == start_ms


def test_what_follows_is_held_to_the_last_words_that_were_told() -> None:
    overlapping = RepeatRemover()
    overlapping.remove(TODAY)
    overlapping.remove(final("Today.", (1_290, 1_800)))
    assert (
        overlapping.remove(final("Today again.", (2_300, 2_600), (2_650, 3_000))).text
        == "Today again."
    )


def test_an_engine_without_words_is_left_alone() -> None:
    overlapping, bare = RepeatRemover(), Hypothesis("Hello.", True, 0.0, 900.0)
    assert overlapping.remove(bare) == overlapping.remove(bare) == bare
