"""An agent's settings as a call keeps them."""

from sessions_app.engine.core.agent_config import AgentConfig, TurnSettings


def test_a_config_survives_its_json() -> None:
    config = AgentConfig(slug="a", responder="chat", turns=TurnSettings(barge_in_words=3))
    assert AgentConfig.from_json(config.as_json()) == config


def test_keys_of_other_versions_are_left_out_and_missing_ones_have_defaults() -> None:
    read = AgentConfig.from_json({"slug": "a", "hat": "red", "turns": {"mood": 1}})
    assert read == AgentConfig(slug="a")


def test_an_agent_without_a_responder_does_not_answer() -> None:
    assert not AgentConfig().answers
    assert AgentConfig(responder="scribe").answers
