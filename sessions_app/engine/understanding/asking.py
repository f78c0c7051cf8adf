"""Asks a model for JSON of one form, and again if the answer is unusable."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sessions_app.engine.understanding.answers import read_object
from sessions_app.engine.understanding.client import (
    AnswerForm,
    LanguageModelError,
    ModelClient,
    ModelUse,
    TooLongError,
)

TRIES = 3
"""Answers until a model counts as unable to give one of this form.

More rescues some answers of weak models, and costs time and tokens for each that never succeeds.
"""

MORE_TOKENS = 4
"""The factor on `max_tokens` for a model that used them all for thinking, before its answer.

More lets it think for longer, and costs more where it never ends.
"""

SHOWN = 2000
"""Characters of a wrong answer that the model is shown again."""

NO_JSON = "It holds no JSON object of the form that was asked for."
AGAIN = (
    "That answer cannot be used. {problem} Answer again, with nothing but the JSON object: no "
    "other words around it, and no code fence."
)

Check = Callable[[Mapping[str, Any]], str]
"""Returns what is wrong with an answer, as a sentence for the model; empty for nothing."""


def ask_json(  # noqa: PLR0917 - one question
    client: ModelClient,
    messages: Sequence[Mapping[str, str]],
    form: AnswerForm,
    use: ModelUse,
    max_tokens: int,
    check: Check = lambda _answer: "",
) -> dict[str, Any]:
    """Returns the object that the model answers with, its keys in lower case.

    Errors are sent back to the model, up to TRIES attempts. Raises LanguageModelError, and
    TooLongError where the answer was cut off.
    """
    said, most, problem = list(messages), max_tokens, NO_JSON
    for _ in range(TRIES):
        text, cut = client.ask(said, form, use, most)
        answer = read_object(text, _keys(form))
        if answer is not None and not (problem := check(answer)):
            return answer
        if cut and text.strip():
            raise TooLongError("The model's answer was cut off.")
        if cut:
            most = max_tokens * MORE_TOKENS
            continue
        problem = problem if answer is not None else NO_JSON
        said = [*messages, *_wrong(text, problem)]
    raise LanguageModelError(f"The model gave no answer of the form that was asked for. {problem}")


def _keys(form: AnswerForm) -> list[str]:
    return [name.lower() for name in form.schema["properties"]]


def _wrong(text: str, problem: str) -> list[dict[str, str]]:
    shown = text.strip()[:SHOWN] or "(nothing)"
    return [
        {"role": "assistant", "content": shown},
        {"role": "user", "content": AGAIN.format(problem=problem)},
    ]
