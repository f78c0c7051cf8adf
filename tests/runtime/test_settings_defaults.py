"""What a part takes where nothing is set is what the settings say."""

from sessions_app.engine.core.rates import MessageLimits
from sessions_app.runtime.settings import voice_config


def test_limits_of_messages_are_those_of_the_settings() -> None:
    assert voice_config().messages == MessageLimits()
