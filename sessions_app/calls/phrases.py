"""What every agent can say by itself, in the languages the product speaks."""

from sessions_app.calls.patience import Prompt
from sessions_app.core.persona import Persona
from sessions_app.core.states import EndReason

STILL_THERE = "Are you still there?"
NEARLY_OVER = "We have thirty seconds left."
TIME_IS_UP = "Our time is up. Goodbye."
NOBODY_THERE = "I'll hang up now. Goodbye."
APOLOGY = "I'm sorry, I can't answer that just now. Please try again."


class Phrases:
    """The fixed words of one agent; its own closing words come before the usual ones."""

    def __init__(self, persona: Persona) -> None:
        self._closing = persona.closing_words
        self.greeting = persona.greeting
        self.apology = APOLOGY

    def of(self, prompt: Prompt) -> str:
        """Returns what to say without ending the call."""
        return STILL_THERE if prompt is Prompt.STILL_THERE else NEARLY_OVER

    def closing(self, reason: EndReason) -> str:
        """Returns the last words before the agent hangs up; may be empty."""
        if self._closing:
            return self._closing
        usual = {EndReason.IDLE: NOBODY_THERE, EndReason.MAX_LENGTH: TIME_IS_UP}
        return usual.get(reason, "")

    @property
    def all_fixed(self) -> tuple[str, ...]:
        """What is worth encoding before it is needed, the greeting first."""
        fixed = (self.greeting, self.apology, STILL_THERE, self._closing)
        return tuple(text for text in fixed if text)
