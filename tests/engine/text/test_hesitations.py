import pytest

from sessions_app.engine.text.hesitations import without_hesitations


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("the, um, the rehearsal is at seven", "the rehearsal is at seven"),
        ("um, the code is, er, four four one", "the code is four four one"),
        ("Um, call the bank.", "Call the bank."),
        ("hang on, let me find it, the reference is QX 17", "the reference is QX 17"),
        ("milk and eggs and, what else, bread", "milk and eggs and bread"),
        ("I need you to to send the the slides", "I need you to send the slides"),
        ("Call Tom... um... tomorrow", "Call Tom tomorrow"),
    ],
)
def test_sounds_asides_and_words_said_twice_go(text: str, plain: str) -> None:
    assert without_hesitations(text) == plain


@pytest.mark.parametrize(
    "text",
    [
        "Meet in the ER at nine.",
        "To err is human.",
        "I know that that is so.",
        "I like it, it is new.",
        "He saw her, her hat was blue.",
        "He went in in 1990.",
        "Uh-huh, I see.",
        "Say what it was.",
        "Tell her to wait.",
        "",
    ],
)
def test_words_that_are_meant_stay(text: str) -> None:
    assert without_hesitations(text) == text
