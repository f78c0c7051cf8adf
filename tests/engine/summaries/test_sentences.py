"""Sentences over segments."""

from sessions_app.engine.summaries.extractive import ExtractiveSummariser
from sessions_app.engine.summaries.sentences import call_sentences
from tests.engine.summaries.test_extractive import Line


def told(*lines: tuple[str, str] | str) -> list[tuple[str, int]]:
    pairs = [("caller", line) if isinstance(line, str) else line for line in lines]
    made = [Line(n, text, who, 1000 * n, 1000 * n + 900) for n, (who, text) in enumerate(pairs, 1)]
    return [(one.text, one.seq) for one in call_sentences(made, "en-US")]


def test_a_segment_of_two_sentences_is_two() -> None:
    assert told("Call Dr. Lee. He is in at 9 a.m. on Tuesday.") == [
        ("Call Dr. Lee.", 1),
        ("He is in at 9 a.m. on Tuesday.", 1),
    ]


def test_a_sentence_over_a_breath_is_one() -> None:
    assert told("We should talk", ("agent", "Yes."), "about the late invoice. Soon.") == [
        ("We should talk about the late invoice.", 1),
        ("Yes.", 2),
        ("Soon.", 3),
    ]
    assert told("It says,", "Number 4711;", "that is all.") == [
        ("It says, Number 4711; that is all.", 1)
    ]


def test_lines_without_marks_are_a_sentence_each() -> None:
    assert told("go on", "the gate is broken", "LOUD WORDS", "soft words") == [
        ("go on", 1),
        ("the gate is broken", 2),
        ("LOUD WORDS", 3),
        ("soft words", 4),
    ]


def test_a_sentence_is_not_gone_on_with_much_later() -> None:
    lines = [Line(1, "We should talk", "caller", 0, 900), Line(2, "about it.", "caller", 60_000)]
    assert [one.text for one in call_sentences(lines, "en")] == ["We should talk", "about it."]


def test_to_dos_are_found_by_clause_and_the_rest_is_told() -> None:
    lines = [
        Line(1, "Hello, I am calling about the flat in Berlin. Call the plumber on Tuesday at 9."),
        Line(2, "The heating was cold all week and please tell Martin that the invoice is late."),
    ]
    summary = ExtractiveSummariser().summarise(lines, "en-US")
    assert [(item.text, item.seq) for item in summary.action_items] == [
        ("Call the plumber on Tuesday at 9.", 1),
        ("Please tell Martin that the invoice is late.", 2),
    ]
    assert summary.key_points == ()
    assert summary.text == (
        "Hello, I am calling about the flat in Berlin. The heating was cold all week."
    )


def test_greetings_are_not_told_where_something_else_is() -> None:
    talk = [
        "Hi, good morning, how are you today?",
        "The heating was cold all week and the landlord does not answer.",
        "Well, that is all for now, thank you very much. Bye!",
    ]
    lines = [Line(n, text) for n, text in enumerate(talk, start=1)]
    assert ExtractiveSummariser().summarise(lines, "en-US").text == talk[1]
    greetings = ExtractiveSummariser().summarise([lines[0], lines[2]], "en-US")
    assert greetings.text.startswith("Hi, good morning, how are you today?")
    asked = [lines[0], Line(4, "Call the plumber on Tuesday."), lines[2]]
    summary = ExtractiveSummariser().summarise(asked, "en-US")
    assert summary.text == "Everything that was said is something to do."


def test_a_clause_leads_to_the_segment_that_it_stands_in() -> None:
    lines = [
        Line(1, "We met the landlord on Monday,", "caller", 0, 900),
        Line(2, "and he was kind, so please call the plumber", "caller", 1000, 1900),
        Line(3, "on Tuesday, and send Paul the invoice.", "caller", 2000, 2900),
    ]
    summary = ExtractiveSummariser().summarise(lines, "en-US")
    assert [(item.text, item.seq) for item in summary.action_items] == [
        ("Please call the plumber on Tuesday.", 2),
        ("Send Paul the invoice.", 3),
    ]


def test_a_corrected_clause_leads_to_the_segment_with_most_of_its_words() -> None:
    lines = [
        Line(1, "The weather was fine,", "caller", 0, 900),
        Line(2, "so please call the plumber on Monday.", "caller", 1000, 1900),
        Line(3, "No, I mean Tuesday.", "caller", 2000, 2900),
    ]
    summary = ExtractiveSummariser().summarise(lines, "en-US")
    assert [(item.text, item.seq) for item in summary.action_items] == [
        ("Please call the plumber on Tuesday.", 2)
    ]
