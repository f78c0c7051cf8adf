"""Notes that are to go: by number, by words, all; and those that come back."""

import pytest

from sessions_app.engine.agent.responders.scribe.commands import commands_in, without_commands
from sessions_app.engine.agent.responders.scribe.note_choice import HOW_TO_NAME, WHICH_NOTE
from sessions_app.engine.agent.responders.scribe.responder import ScribeResponder
from sessions_app.engine.agent.responders.scribe.tidying import KEPT
from sessions_app.engine.core.events import NoteKind
from tests.engine.agent.responders.scribe.rooms import Room

NOTES = ("sky is green", "buy bread", "Jonas likes tea", "call Ann about the tea")


def room() -> Room:
    room = Room(ScribeResponder())
    for text in NOTES:
        kind = NoteKind.ACTION if text.startswith(("buy", "call")) else NoteKind.NOTE
        room.host.add_note(kind, text)
    return room


def kept(room: Room) -> str:
    """Returns the numbers, of the four, that are still there."""
    return "".join(str(NOTES.index(note.text) + 1) for note in room.host.kept)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        # by words in it
        ("Scratch the bread.", "134"),
        ("Delete the note about Jonas.", "124"),
        ("could you delete the bread note please", "134"),
        ("Please take the bread off my list.", "134"),
        ("Cross the bread off, thanks.", "134"),
        ("Get rid of the one that says the sky is green.", "234"),
        ("forget about the bread", "134"),
        ("Remove what I said about the sky.", "234"),
        ("delete the note on the skies", "234"),
        ("I already bought bread, so you can remove that.", "134"),
        ("Delete everything about tea.", "12"),
        ("delete the bread note because we have some already", "134"),
        # by number and by place
        ("Delete the second note.", "134"),
        ("I changed my mind about the second one, remove it.", "134"),
        ("The second one is wrong. Delete that, please.", "134"),
        ("Not the first one. Number three is done, take it off the list.", "124"),
        ("delete number 3", "124"),
        ("Remove note to.", "134"),
        ("erase the last two", "12"),
        ("Delete the first and the third.", "24"),
        ("Delete the first, the second, and the fourth note.", "3"),
        ("delete notes one through three", "4"),
        ("Remove the second to last one.", "124"),
        ("drop the 1st note", "234"),
        ("Delete note one.", "234"),
        ("Remove note one, please.", "234"),
        ("Could you erase note one?", "234"),
        ("Scratch note one.", "234"),
        ("Delete note one and note two.", "34"),
        ("Cancel that reminder.", "123"),
        ("Please delete that task again.", "123"),
        ("Delete the last one I gave you.", "123"),
        ("Remove my last reminder.", "123"),
        ("delete the first action item", "134"),
        ("Throw away the third note.", "124"),
        # all
        ("Wipe all the notes please.", ""),
        ("Clear my notes.", ""),
        ("Delete everything.", ""),
        ("delete them all", ""),
        ("Please get rid of all of my notes.", ""),
        ("wipe the whole list", ""),
        ("Wipe everything.", ""),
        ("Forget all my notes.", ""),
        ("Delete all four notes.", ""),
        ("Delete all my to-dos.", "13"),
        ("Delete everything but the second one.", "2"),
        ("Remove all notes except the one about bread.", "2"),
        # the newest
        ("Delete the last one.", "123"),
        ("Scratch that.", "123"),
        ("That's wrong, delete it.", "123"),
    ],
)
async def test_the_notes_that_are_meant_go_and_no_other(text: str, left: str) -> None:
    there = room()
    answer = await there.ask(text)
    assert kept(there) == left
    assert answer.startswith("Removed")


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("Remove note seven.", f"There is no note 7: you have 4 notes. {HOW_TO_NAME}"),
        (
            "I changed my mind about the fifth one, remove it.",
            f"There is no note 5: you have 4 notes. {HOW_TO_NAME}",
        ),
        (
            "Delete the third action item.",
            f"There is no action item 3: you have 2 action items. {HOW_TO_NAME}",
        ),
        ("Delete the note about the fridge.", f"No note has fridge in it. {HOW_TO_NAME}"),
        ("delete the note about green bread", f"No note has green bread in it. {HOW_TO_NAME}"),
        ("Delete the other one.", f"No note has other in it. {HOW_TO_NAME}"),
        (
            "Delete the note about the tea.",
            f"Note 3: Jonas likes tea. Action item 4: call Ann about the tea. {WHICH_NOTE}",
        ),
        ("Delete both notes.", WHICH_NOTE),
        ("Delete a note.", WHICH_NOTE),
        ("Delete any one note.", WHICH_NOTE),
    ],
)
async def test_where_it_is_not_certain_which_is_meant_none_goes(text: str, answer: str) -> None:
    there = room()
    assert (await there.ask(text)).endswith(answer)
    assert kept(there) == "1234"


@pytest.mark.parametrize(
    "text",
    [
        "Remove the lid and stir the soup.",
        "Clear the table.",
        "Cancel the subscription.",
        "Take the bread out of the oven.",
        "Throw the rubbish away.",
        "Drop the kids at school.",
        "He deleted the second note.",
        "Don't delete everything.",
        "They said, clear the notes.",
        "Forget the bridge.",
        "I cleared my notes yesterday.",
        "Please keep everything.",
        "It was bad, redo it.",
        "Forget everything.",
        "Forget the whole thing.",
        "Forget it all.",
        "Cancel the whole thing.",
        "Wipe everything down.",
        "Clear everything away.",
        "Clear it all up.",
    ],
)
async def test_what_is_about_something_else_takes_nothing_out(text: str) -> None:
    there = room()
    assert await there.ask(text) == ""
    assert kept(there) == "1234"


@pytest.mark.parametrize(
    ("reply", "left"),
    [
        ("The third one.", "124"),
        ("Number four, please.", "123"),
        ("Three.", "124"),
        ("The one about Ann.", "123"),
        ("The last.", "123"),
        ("None of them.", "1234"),
        ("Never mind.", "1234"),
        ("No, delete the bread.", "134"),
    ],
)
async def test_who_is_asked_which_one_says_it(reply: str, left: str) -> None:
    there = room()
    assert (await there.ask("Scratch the tea.")).endswith(WHICH_NOTE)
    answer = await there.ask(reply)
    assert kept(there) == left
    assert answer.startswith("Removed") if left != "1234" else answer == KEPT


@pytest.mark.parametrize(
    "text", ["Undo.", "Undo that, please.", "Bring them back.", "Can you bring my notes back?"]
)
async def test_what_went_comes_back(text: str) -> None:
    there = room()
    answer = await there.ask("Delete everything.")
    assert answer == "Removed all 4 notes. Say bring them back if that was wrong."
    assert await there.ask(text) == "Brought back 4 notes."
    assert kept(there) == "1234"
    assert [note.number for note in there.host.kept] == [1, 2, 3, 4]


async def test_a_note_comes_back_where_it_was_and_changes_are_undone_one_by_one() -> None:
    there = room()
    await there.ask("Delete the second note. Delete the first.")
    assert [note.number for note in there.host.kept] == [1, 2]
    assert await there.ask("bring it back") == "Brought back: sky is green."
    assert await there.ask("put that back, please") == "Brought back: buy bread."
    assert kept(there) == "1234"
    assert await there.ask("bring it back") == "There is nothing to bring back."
    await there.ask("Delete number two and remind me to buy rolls.")
    assert await there.ask("undo") == "Removed: buy rolls."
    assert await there.ask("undo") == "Brought back: buy bread."
    assert kept(there) == "1234"


async def test_what_was_undone_is_done_again() -> None:
    there = room()
    await there.ask("Delete the second note.")
    assert await there.ask("undo") == "Brought back: buy bread."
    assert await there.ask("undo the undo") == "Removed: buy bread."
    assert kept(there) == "134"
    await there.ask("Take a note: jam.")
    assert await there.ask("undo that") == "Removed: jam."
    assert await there.ask("Redo.") == "Brought back: jam."
    assert await there.ask("Undo that undo, please.") == "There is no undo to take back."


async def test_there_is_nothing_to_remove_in_an_empty_book() -> None:
    there = Room(ScribeResponder())
    assert await there.ask("Delete everything.") == "You have no notes yet."
    assert await there.ask("Forget the bread.") == ""
    assert await there.ask("bring it back") == "There is nothing to bring back."


def test_words_that_may_be_plain_talk_stay_in_a_recap() -> None:
    assert (
        without_commands("We talked. Remove the lid and stir.")
        == "We talked. Remove the lid and stir."
    )
    assert without_commands("We talked. Delete the second note.") == "We talked."
    assert len(commands_in("Delete number two, and then delete the note about bread.")) == 2


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("I've rung Jo, cross that one off.", "ring Al|the dog needs food|hang glider"),
        ("The dog's fed, take that off the list.", "ring Jo|ring Al|hang glider"),
        ("Oh, Al called me back. Delete that, please.", "ring Jo|the dog needs food|hang glider"),
        ("Hang on, delete that.", "ring Jo|ring Al|the dog needs food"),
        ("No wait, delete it.", "ring Jo|ring Al|the dog needs food"),
        ("The weather is nice. Delete that.", "ring Jo|ring Al|the dog needs food"),
    ],
)
async def test_short_names_tell_notes_apart_and_fillers_do_not(text: str, left: str) -> None:
    room = Room(ScribeResponder())
    for noted in ("ring Jo", "ring Al", "the dog needs food", "hang glider"):
        room.host.add_note(NoteKind.NOTE, noted)
    await room.ask(text)
    assert "|".join(note.text for note in room.host.kept) == left
