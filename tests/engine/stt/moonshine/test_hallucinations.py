"""What is taken for text that the model made up."""

import pytest

from sessions_app.engine.stt.moonshine.hallucinations import is_hallucinated


@pytest.mark.parametrize(
    "text", ["Thank you.", "Bye", "Yeah.", "I don't know.", "Huh?", "Bye-bye."]
)
def test_what_is_written_for_noise_has_to_be_sure(text: str) -> None:
    assert is_hallucinated(text, -0.72)
    assert not is_hallucinated(text, -0.65)
    assert not is_hallucinated(text)


@pytest.mark.parametrize("text", ["Seven.", "Thank you, Emma.", "I don't know him."])
def test_other_answers_may_be_less_sure(text: str) -> None:
    assert not is_hallucinated(text, -0.95)


def test_a_questioning_uh_is_never_said() -> None:
    assert is_hallucinated("Uh?", -0.1)
    assert not is_hallucinated("Uh.", -0.1)
