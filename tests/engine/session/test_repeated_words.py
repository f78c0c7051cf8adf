"""Words of sound that is heard again: none is told twice, and none is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions_app.engine.core.events import Word
from sessions_app.engine.session.repeated_words import count_repeated

AGAIN_MS = 1_000.0
BROKE_MS = 2_000.0


def words(*placed: tuple[str, float, float]) -> list[Word]:
    return [Word(*one) for one in placed]


TOLD = words(("the", 1_200, 1_400), ("second", 1_400, 1_650), ("way.", 1_650, 1_800))


@pytest.mark.parametrize(
    ("told", "heard", "again"),
    [
        pytest.param(
            TOLD,
            words(("Poken", 950, 1_250), ("the", 1_250, 1_420), ("second", 1_430, 1_700)),
            3,
            id="it begins with half a word",
        ),
        pytest.param(
            TOLD,
            words(("second", 1_430, 1_600), ("window.", 1_450, 2_100)),
            1,
            id="the half word ended long before the break",
        ),
        pytest.param(
            TOLD,
            words(("second", 1_430, 1_700), ("way", 1_660, 2_100), ("out", 2_100, 2_400)),
            2,
            id="the last word was whole",
        ),
        pytest.param(
            words(("book", 1_300, 1_700), ("it", 1_700, 2_000)),
            words(("hook", 1_000, 1_690), ("eaten", 1_750, 2_300)),
            1,
            id="no word is in both",
        ),
        pytest.param(
            words(("believe", 1_300, 1_700), ("it", 1_700, 2_000)),
            words(("unbelievable", 900, 2_100), ("tale", 2_200, 2_500)),
            0,
            id="one word goes on over the break",
        ),
        pytest.param(
            words(("no", 1_700, 1_960)),
            words(("no", 1_710, 1_970), ("no", 2_010, 2_200)),
            1,
            id="a word is said again after the break",
        ),
        pytest.param(
            words(("seven", 1_100, 1_400)), words(("six", 1_600, 1_900)), 0, id="nothing was told"
        ),
        pytest.param([], words(("six", 1_600, 1_900)), 0, id="nothing was known"),
        pytest.param(TOLD, [], 0, id="nothing is heard"),
    ],
)
def test_what_was_told_before(told: list[Word], heard: list[Word], again: int) -> None:
    kept = heard[again:]
    assert count_repeated(heard, told, BROKE_MS) == again, kept


@st.composite
def broken(draw: st.DrawFn) -> tuple[list[Word], list[Word], list[Word], float]:
    """Returns what was said, what was told of it up to a break, what was heard again, the break."""
    lengths = draw(st.lists(st.integers(180, 600), min_size=4, max_size=14))
    # a word that is said twice in a row, and broken off between, is known by its time alone
    words = draw(
        st.permutations(
            [
                "no",
                "two",
                "and",
                "the",
                "window",
                "please",
                "meeting",
                "he",
                "a",
                "so",
                "it",
                "goes",
                "on",
                "up",
            ]
        )
    )
    said, at_ms = list[Word](), 0.0
    for text, length in zip(words, lengths, strict=False):
        said.append(Word(text, at_ms, at_ms + length))
        at_ms += length
    broke_ms = draw(st.floats(said[1].end_ms, said[-1].start_ms))
    first_ms = max(0.0, broke_ms - AGAIN_MS)

    def shifted(word: Word, text: str, start_ms: float, end_ms: float) -> Word:
        off = draw(st.integers(-40, 40))
        return Word(text, start_ms + off, max(end_ms, start_ms) + off)

    told = [
        shifted(word, word.text if word.end_ms <= broke_ms else "half", word.start_ms, end_ms)
        for word in said
        if word.start_ms < broke_ms and (end_ms := min(word.end_ms, broke_ms))
    ]
    heard = [
        shifted(word, word.text if word.start_ms >= first_ms else "rest", start_ms, word.end_ms)
        for word in said
        if word.end_ms > first_ms + 20 and (start_ms := max(word.start_ms, first_ms)) >= 0
    ]
    return said, told, heard, broke_ms


@given(broken())
def test_all_is_told_once_wherever_it_breaks(
    case: tuple[list[Word], list[Word], list[Word], float],
) -> None:
    said, told, heard, broke_ms = case
    told_again = heard[count_repeated(heard, told, broke_ms) :]
    whole = [word.text for word in told if word.text != "half"]
    assert [*whole, *(word.text for word in told_again)] == [word.text for word in said]
