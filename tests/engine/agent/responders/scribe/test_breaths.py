"""Notes that were said in two breaths, which a recogniser took for two sentences."""

import pytest

from sessions_app.engine.agent.responders.scribe.commands import commands_in


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Could you note that my sister. Is coming on Friday.", "my sister is coming on Friday"),
        (
            "Note that my sister's old car. Was sold yesterday.",
            "my sister's old car was sold yesterday",
        ),
        ("Take a note. The invoice is. Late", "The invoice is. Late"),  # nothing tells it surely
        ("Remind me to call the. Plumber on Tuesday.", "call the Plumber on Tuesday"),
        ("Note that the meeting is at. Six o'clock.", "the meeting is at six o'clock"),
        ("Please note that the. Budget is five hundred.", "the Budget is five hundred"),
        ("Take a note that Peter and. Anna are coming.", "Peter and Anna are coming"),
        # sentences of their own
        ("Take a note. Anna comes at six. Is Peter coming?", "Anna comes at six. Is Peter coming?"),
        ("Take a note. The door. Is the window open?", "The door. Is the window open?"),
        ("Take a note: the code is 579. It opens the gate.", "the code is 579. It opens the gate"),
        ("Take a note. I know it. Is coming late fine.", "I know it. Is coming late fine"),
    ],
)
def test_what_is_one_sentence_is_written_as_one(text: str, wanted: str) -> None:
    assert [one.text for one in commands_in(text)][:1] == [wanted]
