"""Operations on agents."""

from sessions_app.engine.core.agent_config import AgentConfig, RedactionSettings, TurnSettings
from sessions_app.models import Agent


def config_of(agent: Agent) -> AgentConfig:
    """Returns the agent's settings as they are now, for a call to run with."""
    return AgentConfig(
        slug=agent.slug,
        name=agent.name,
        language=agent.language,
        recogniser=agent.recogniser,
        phrases=tuple(line.strip() for line in agent.phrases.splitlines() if line.strip()),
        responder=agent.responder,
        responder_options=dict(agent.responder_options),
        synthesiser=agent.synthesiser,
        voice=agent.voice,
        speed=agent.speed,
        prompt=agent.prompt,
        greeting=agent.greeting,
        closing_words=agent.closing_words,
        silence_s=agent.silence_s,
        max_length_s=agent.max_length_s,
        turns=TurnSettings(
            endpointer=agent.endpointer,
            min_delay_ms=agent.min_delay_ms,
            max_delay_ms=agent.max_delay_ms,
            barge_in=agent.barge_in,
            barge_in_ms=agent.barge_in_ms,
            barge_in_words=agent.barge_in_words,
            preemptive=agent.preemptive,
        ),
        redaction=RedactionSettings(
            kinds=tuple(agent.redact_kinds),
            patterns=tuple(filter(None, map(str.strip, agent.redact_patterns.splitlines()))),
            keep_original=agent.redact_keep_original,
        ),
    )
