"""More of what people say to the scribe, and as much that only sounds like it."""

from pathlib import Path

import pytest

from sessions_app.engine.agent.responders.scribe.commands import commands_in
from sessions_app.engine.agent.responders.scribe.responder import ScribeResponder
from tests.engine.agent.responders.scribe.effects import effect, rows
from tests.engine.agent.responders.scribe.rooms import Room

FILE = Path(__file__).with_name("strangers.txt")


@pytest.mark.parametrize(("text", "wanted"), rows(FILE))
def test_a_stranger_is_understood_or_left_alone(text: str, wanted: str) -> None:
    assert effect(text) == wanted


def test_a_turn_may_break_off_anywhere() -> None:
    for text, _ in rows(FILE):
        words = text.split()
        for many in range(1, len(words), 3):
            commands_in(" ".join(words[:many]))
            commands_in(" ".join(words[many:]))


async def test_what_is_dictated_has_no_hesitations_either() -> None:
    room = Room(ScribeResponder())
    await room.ask("Take a note.")
    await room.ask("The, um, the code is, er, four four one, okay?")
    assert [note.text for note in room.host.kept] == ["The code is four four one"]
