"""JSON in what models write around it."""

import pytest

from sessions_app.engine.understanding.answers import read_object

KEYS = ("title", "summary")
GOOD = '{"title": "A", "summary": [{"text": "B {x}", "segments": [1]}]}'
FOUND = {"title": "A", "summary": [{"text": "B {x}", "segments": [1]}]}


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        f"\ufeff  {GOOD}\n",
        f"Here is the summary:\n\n{GOOD}\n\nIs there anything else?",
        f"```json\n{GOOD}\n```",
        f"Of course!\n```\n{GOOD}\n```\nDone.",
        f"<think>The caller {{says}} hello. {{}}</think>\n{GOOD}",
        f"I look at it. </think>\n\n{GOOD}",
        f'<think>Perhaps {{"title": "Draft"}}? No.</think>{GOOD}',
        f'First {{"title": "Draft"}}, or rather:\n{GOOD}',
        f'{{"result": {GOOD}}}',
        f"[{GOOD}]",
        GOOD.replace("}]}", "},],}"),
        GOOD.replace('"', "'"),
        GOOD.replace('"title"', '"Title"'),
        f"{GOOD}<|im_end|>\n<|im_start|>user\nhello",
        f"{{not json}} {GOOD}",
    ],
)
def test_the_object_is_found(text: str) -> None:
    assert read_object(text, KEYS) == FOUND


@pytest.mark.parametrize(
    "text",
    [
        "",
        "I cannot do that.",
        "{}",
        '{"other": 1}',
        GOOD[:-10],
        "[1, 2]",
        "null",
        '{"title"',
        "{" * 100_000,
        '{"a": ' * 5000 + "1" + "}" * 5000,
        "<think>" + GOOD,
    ],
)
def test_what_is_no_answer_is_none(text: str) -> None:
    assert read_object(text, KEYS) is None


def test_texts_are_clean() -> None:
    found = read_object('{"title": "a\\u0000\\u202eb\\ud83d"}', KEYS)
    assert found == {"title": "ab"}


def test_line_breaks_in_texts_are_no_fault() -> None:
    assert read_object('{"title": "a\nb"}', KEYS) == {"title": "a\nb"}
