"""What agents are made of in this process."""

from sessions_app.bridge.agents import AgentParts
from sessions_app.core.persona import Persona


async def test_the_recogniser_is_told_what_callers_say_to_a_responder() -> None:
    parts = AgentParts()
    await parts.start()
    try:
        scribe = Persona(responder="scribe", phrases=("Undo", "Ann O'Neill"))
        told = parts.with_hints(scribe).phrases
        assert told[:2] == ("Undo", "Ann O'Neill")
        assert "take a note" in told
        assert "undo" not in told  # once is enough
        assert parts.with_hints(Persona(phrases=("Ann",))).phrases == ("Ann",)
    finally:
        await parts.aclose()
