"""Whose answers are spoken: no model is asked, so that the product alone is measured."""

from collections.abc import AsyncGenerator

from sessions_app.engine.agent.responders.base import Conversation, Responder

ANSWERS = (
    "All right, I have written that down for you.",
    "Thank you, that is good to know.",
    "I see. What would you like me to do next?",
    "That should not be a problem at all.",
    "Let me think. Yes, we can certainly arrange that.",
    "I am sorry to hear that, I will look into it at once.",
    "It is on the list now, between the two others.",
)
"""Of one to three seconds: as long as callers leave the agent time to speak."""


class Aloud(Responder):
    """Has an answer to everything, at once, each turn another one."""

    async def stream(self, conversation: Conversation) -> AsyncGenerator[str, None]:
        for word in ANSWERS[len(conversation.messages) % len(ANSWERS)].split():
            yield f"{word} "
