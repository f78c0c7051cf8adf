"""Variables in an agent's texts: `{{name}}` becomes the call's value, or nothing.

It is one replacement of text, and no template language: what a value holds is never read again.
"""

import re
from collections.abc import Mapping
from dataclasses import replace

from sessions_app.engine.core.agent_config import AgentConfig
from sessions_app.engine.core.call_data import NAME, Variable, as_text

PLACEHOLDER = re.compile(rf"\{{\{{[ \t]*({NAME.pattern})[ \t]*\}}\}}")


def filled(text: str, variables: Mapping[str, Variable]) -> str:
    """Returns `text` with the values of its variables; one that was not given is empty."""
    return PLACEHOLDER.sub(lambda found: as_text(variables.get(found[1], "")), text)


def personalised(persona: AgentConfig, variables: Mapping[str, Variable]) -> AgentConfig:
    """Returns the agent with a call's variables in its prompt and greeting."""
    prompt, greeting = filled(persona.prompt, variables), filled(persona.greeting, variables)
    return replace(persona, prompt=prompt, greeting=greeting)


def missing(persona: AgentConfig, variables: Mapping[str, Variable]) -> list[str]:
    """Returns the variables that an agent's prompt and greeting name and that are not given."""
    named = PLACEHOLDER.findall(f"{persona.greeting}\n{persona.prompt}")
    return [name for name in dict.fromkeys(named) if name not in variables]
