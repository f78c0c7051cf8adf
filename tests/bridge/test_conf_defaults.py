"""What a part takes where nothing is set is what the settings say."""

from sessions_app.bridge.conf import voice_config
from sessions_app.core.rates import MessageLimits


def test_limits_of_messages_are_those_of_the_settings() -> None:
    assert voice_config().messages == MessageLimits()
