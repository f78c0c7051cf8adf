"""Variables in an agent's texts: one replacement, and nothing is read again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions_app.engine.core.agent_config import AgentConfig
from sessions_app.engine.core.call_data import Variable
from sessions_app.engine.core.placeholders import filled, missing, personalised

VALUES: dict[str, Variable] = {
    "name": "Ada",
    "count": 3,
    "vip": True,
    "trick": "{{name}} {% now %} \\1 \\g<0>",
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello {{name}}!", "Hello Ada!"),
        ("{{ name }}, {{name}}: {{count}} ({{vip}})", "Ada, Ada: 3 (true)"),
        ("Hello {{nobody}}.", "Hello ."),
        ("{{trick}}", "{{name}} {% now %} \\1 \\g<0>"),
        ("{name} {{}} {{two words}} {{name.upper}} {{name|upper}} {{1}}", None),
        ("{{{name}}}", "{Ada}"),
        ("{{\nname\n}}", None),
    ],
)
def test_names_become_values_and_nothing_else_changes(text: str, expected: str | None) -> None:
    assert filled(text, VALUES) == (text if expected is None else expected)


@given(st.text(), st.text())
def test_a_value_is_put_in_as_it_is(before: str, value: str) -> None:
    safe = before.replace("{", "").replace("}", "")
    assert filled(f"{safe}{{{{name}}}}", {"name": value}) == safe + value


def test_prompt_and_greeting_alone_are_filled() -> None:
    agent = AgentConfig(greeting="Hi {{name}}", prompt="{{a}}{{name}}", closing_words="{{name}}")
    said = personalised(agent, VALUES)
    assert (said.greeting, said.prompt, said.closing_words) == ("Hi Ada", "Ada", "{{name}}")
    assert missing(agent, VALUES) == ["a"]
    assert missing(agent, {}) == ["name", "a"]
