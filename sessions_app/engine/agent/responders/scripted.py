"""A responder that gives set answers at a set pace, for tests and benchmarks."""

import asyncio
from collections.abc import AsyncGenerator, Mapping

from sessions_app.engine.agent.responders.base import Conversation, Responder
from sessions_app.engine.core.errors import ResponderUnavailableError


class ScriptedResponder(Responder):
    """Answers with the first entry of `script` whose key is in the caller's words, else `default`.

    Words come from `first_token_ms` after the question on, `tokens_per_s` a second. `{text}` in an
    answer stands for what the caller said. The answer "fail" raises an error.
    """

    def __init__(
        self,
        script: Mapping[str, str] | None = None,
        default: str = "You said: {text}.",
        first_token_ms: float = 0.0,
        tokens_per_s: float = 30.0,
    ) -> None:
        self._script = dict(script or {})
        self._default = default
        self._first_s = first_token_ms / 1000
        self._token_s = 1 / tokens_per_s

    async def stream(self, conversation: Conversation) -> AsyncGenerator[str, None]:
        question = conversation.last_text.lower()
        answers = (answer for key, answer in self._script.items() if key.lower() in question)
        answer = next(answers, self._default)
        await asyncio.sleep(self._first_s)
        if answer == "fail":
            raise ResponderUnavailableError("The scripted answer fails, as it was told to.")
        for index, word in enumerate(answer.replace("{text}", conversation.last_text).split()):
            yield word if index == 0 else f" {word}"
            await asyncio.sleep(self._token_s)
