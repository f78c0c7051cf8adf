"""Calls as Python within an answer: what they are does not depend on how it is cut."""

from hypothesis import given
from hypothesis import strategies as st

from sessions_app.engine.agent.responders.chat.bracket_calls import BracketCalls

PARTS = (
    *("[", "]", "(", ")", "take_note", "other", "text", "=", "'", '"', ",", "`", "```", "\n", " "),
    *("[take_note(text='a')]", "```tool_code\n", "```tool_code \r\n", "[other(", "a", "\\", "=="),
)


def taken(pieces: list[str]) -> tuple[str, list[str]]:
    """Returns what is said of an answer in these pieces, and its calls."""
    brackets = BracketCalls(("take_note",))
    said = "".join(map(brackets.feed, pieces)) + brackets.finish()
    return said, brackets.calls


@given(st.lists(st.sampled_from(PARTS), max_size=12), st.integers(1, 9))
def test_an_answer_means_the_same_however_it_is_cut(parts: list[str], size: int) -> None:
    text = "".join(parts)
    said, calls = whole = taken([text])
    assert taken([text[at : at + size] for at in range(0, len(text), size)]) == whole
    assert len(said) + sum(map(len, calls)) == len(text)
    assert calls or said == text
