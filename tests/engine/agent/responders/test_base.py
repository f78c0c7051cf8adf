"""What responders are given."""

from typing import Any

from sessions_app.engine.agent.responders.base import Conversation
from sessions_app.engine.core.agent_config import AgentConfig


def test_a_conversation_still_tells_its_config_by_the_earlier_name() -> None:
    config, unused = AgentConfig(slug="a"), object()
    host: Any = unused
    assert Conversation(config, (), host).persona is config
