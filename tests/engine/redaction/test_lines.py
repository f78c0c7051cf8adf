"""What is hidden in a line is hidden in its words, and its times are theirs."""

from collections.abc import Sequence

from sessions_app.engine.core.agent_config import RedactionSettings
from sessions_app.engine.core.events import Word
from sessions_app.engine.redaction.detectors.registry import KINDS
from sessions_app.engine.redaction.finder import Finder
from sessions_app.engine.redaction.lines import (
    HiddenLine,
    Line,
    find_in_lines,
    hide,
    span_of_words,
)
from sessions_app.engine.redaction.spans import FoundSpan, merged

FINDER = Finder(RedactionSettings(tuple(KINDS)), "en-US")
SPOKEN = "my card is four one one one one one one one one one one one one one one one thanks"


def line(text: str, words: str | None = None, at_ms: float = 0.0) -> Line:
    spoken = (text if words is None else words).split()
    made = tuple(
        Word(word, at_ms + 100 * at, at_ms + 100 * at + 90) for at, word in enumerate(spoken)
    )
    return Line(text, made, at_ms, at_ms + 100 * len(made))


def hidden(*lines: Line) -> Sequence[HiddenLine]:
    spans = find_in_lines(FINDER, lines)
    return [hide(one, own) for one, own in zip(lines, spans, strict=True)]


def texts(shown: HiddenLine) -> list[str]:
    return [word.text for word in shown.words]


def test_the_words_of_a_number_become_one_with_their_times() -> None:
    (shown,) = hidden(line("My card is 4111 1111 1111 1111, thanks."))
    assert shown.text == "My card is [card number], thanks."
    assert texts(shown) == ["My", "card", "is", "[card number]", "thanks."]
    (hit,) = shown.hits
    assert (hit.first_word, hit.last_word, hit.start_ms, hit.end_ms) == (3, 7, 300, 690)
    assert (shown.words[3].start_ms, shown.words[3].end_ms) == (300, 690)


def test_figures_in_the_text_and_words_as_they_were_said() -> None:
    (shown,) = hidden(line("My card is 4111111111111111 thanks.", SPOKEN))
    assert shown.text == "My card is [card number] thanks."
    assert "four" not in texts(shown)
    assert "one" not in texts(shown)
    assert texts(shown)[-1] == "thanks"


def test_a_number_that_only_the_words_have_is_hidden_in_the_text() -> None:
    (shown,) = hidden(line("my card is four one one one one one one one, thanks", SPOKEN))
    assert shown.text == "my card is [card number], thanks"


def test_a_number_in_two_lines_is_hidden_in_both() -> None:
    first, second = hidden(line("It's 4111 1111."), line("1111 1111, okay?", at_ms=5_000))
    assert first.text == "It's [card number]."
    assert second.text == "[card number], okay?"
    assert second.hits[0].start_ms == 5_000


def test_a_line_without_words_is_hidden_from_its_start_to_its_end() -> None:
    (shown,) = hidden(Line("4111 1111 1111 1111", (), 500, 4_000))
    assert (shown.hits[0].start_ms, shown.hits[0].end_ms) == (500, 4_000)


def test_words_that_are_written_otherwise_are_hidden_between_their_neighbours() -> None:
    (shown,) = hidden(line("yes 4111 1111 1111 1111 is it", "yes x y z is it"))
    assert texts(shown) == ["yes", "[card number]", "is", "it"]
    (shown,) = hidden(line("4111 1111 1111 1111 is it", "x y z"))
    assert texts(shown) == ["[card number]"]


def test_a_line_with_nothing_to_hide_stays_as_it_is() -> None:
    said = line("I am in room 412.")
    assert hidden(said) == [HiddenLine(said.text, said.words, ())]


def test_the_span_of_words_is_where_they_are_written() -> None:
    said = line("My card, then, is here.")
    span = span_of_words(said, 1, 3, "own", "redacted")
    assert span is not None
    assert said.text[span.start : span.end] == "card, then"
    assert span_of_words(said, 3, 9, "own", "redacted") is None


def test_spans_that_overlap_are_one_by_the_name_of_the_first() -> None:
    spans = [FoundSpan(5, 10, "card", "card number"), FoundSpan(8, 20, "phone", "phone number")]
    assert merged([*spans, FoundSpan(30, 40, "own", "x")]) == [
        FoundSpan(5, 20, "card", "card number"),
        FoundSpan(30, 40, "own", "x"),
    ]
