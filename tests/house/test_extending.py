"""The examples of docs/extending.md work as they are printed."""

import re
from typing import Any

from sessions_app.agent.tools import load_tools
from tests.agent.responders.rooms import Room
from tests.fixtures.openai_server import running_model
from tests.fixtures.server import ROOT

EXAMPLES = re.findall(r"```python\n(.*?)```", (ROOT / "docs/extending.md").read_text(), re.DOTALL)


def example(word: str) -> dict[str, Any]:
    """Returns what the one example that holds `word` defines."""
    code = next(text for text in EXAMPLES if word in text)
    names: dict[str, Any] = {}
    exec(compile(code, "docs/extending.md", "exec"), names)
    return names


async def test_the_responder_keeps_numbers_from_the_model() -> None:
    careful = example("class RedactingResponder")["RedactingResponder"]
    with running_model(answers={"card": "Thank you."}) as model:
        responder = careful(model="test", base_url=model.url)
        answer = await Room(responder).ask("my card is 4111 1111 1111 1111 thanks")
        await responder.aclose()
        told = model.chats[0].body["messages"][-1]["content"]
    assert answer == "Thank you."
    assert "4111" not in told
    assert "[number]" in told


async def test_the_tool_is_told_and_used(monkeypatch: Any) -> None:
    function = example("def opening_hours")["opening_hours"]
    monkeypatch.setattr("tests.house.test_extending.opening_hours", function, raising=False)
    tool = load_tools({"hours": {"PATH": "tests.house.test_extending.opening_hours"}})["hours"]
    assert tool.description == "Tells when the shop is open on a day of the week."
    assert await tool.run(None, '{"day": "Sunday"}') == "closed"  # type: ignore[arg-type]
