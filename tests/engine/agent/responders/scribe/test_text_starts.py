"""Where a note begins: no word of it is taken for what joins it to the command."""

import pytest

from sessions_app.engine.agent.responders.scribe.commands import commands_in


def found(text: str) -> list[str]:
    return [f"{one.intent}: {one.text}" for one in commands_in(text)]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("note: That is all", "note: That is all"),
        ("note: To whom it may concern", "note: To whom it may concern"),
        ("note: of mice and men", "note: of mice and men"),
        ("Take a note \u2014 that was Tom.", "note: that was Tom"),
        ("Take a note. That one is broken.", "note: That one is broken"),
        ("Take a note, that one is broken.", "note: that one is broken"),
        ("Action item: to be sent", "action: to be sent"),
        ("take a note: please call Ann", "note: please call Ann"),
        ("note that, that is all", "note: that is all"),
        ("action: ask the landlord", "action: ask the landlord"),
    ],
)
def test_after_a_mark_all_is_text(text: str, wanted: str) -> None:
    assert found(text) == [wanted]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ('write down: "That one" is broken', 'note: "That one" is broken'),
        ('take a note: "To be, or not to be?"', 'note: "To be, or not to be?"'),
        ('take a note "to be or not to be"', 'note: "to be or not to be"'),
        ("take a note \u201cof mice and men\u201d", "note: \u201cof mice and men\u201d"),
        ('note " that one " is broken', 'note: " that one " is broken'),
        ('note "That one" is broken', 'note: "That one" is broken'),
        ("take a note (of all things) today", "note: (of all things) today"),
    ],
)
def test_what_is_quoted_is_kept_with_its_quotes(text: str, wanted: str) -> None:
    assert found(text) == [wanted]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("note that that bug is back", "note: that bug is back"),
        ("note that to err is human", "note: to err is human"),
        ("remind me that that Thursday is off", "action: that Thursday is off"),
        ("make a note of that bug in the login", "note: that bug in the login"),
        ("make a note of that: the key is gone", "note: the key is gone"),
        ("add a note saying that it leaks", "note: it leaks"),
        ("note down that the garage closes", "note: the garage closes"),
        ("note down please that it closes", "note: it closes"),
        ("note to self that we leave", "note: we leave"),
        ("remind me to call Ann", "action: call Ann"),
        ("make a note to call Ann", "note: call Ann"),
        ("make a note about the leak", "note: the leak"),
        ("take a note, please: that is all", "note: that is all"),
    ],
)
def test_one_that_joins_and_no_second_one(text: str, wanted: str) -> None:
    assert found(text) == [wanted]


@pytest.mark.parametrize(
    ("text", "done"),
    [
        ("note #42 is fixed", "note: #42 is fixed"),
        ("Note #2 is wrong, delete it.", "undo: "),
        ("Note #2 is wrong. Delete it.", "undo: "),
        ("Note #2, please.", ""),
    ],
)
def test_a_sign_begins_a_text_unless_it_names_a_note(text: str, done: str) -> None:
    assert "; ".join(found(text)) == done
