"""The agent settings that a call ran with, for its page: the agent may have changed since."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext

from sessions_app.admin.agent_names import LABELS
from sessions_app.models import Agent, Call
from sessions_app.models.call import RECORDING_OFF

KNOWN = {field.name: str(field.verbose_name) for field in Agent._meta.concrete_fields} | LABELS
VIEW = "sessions_app.view_agent"


def rows(call: Call) -> list[tuple[str, str]]:
    """Returns labels, as on the agent's page, and values; empty settings are left out."""
    return [
        (capfirst(KNOWN.get(name, name.replace("_", " "))), _text(value))
        for name, value in _flat(call.persona)
        if name != RECORDING_OFF and value not in ("", None, [], {})
    ]


def _flat(persona: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in persona.items():
        if name == "turns" and isinstance(value, Mapping):
            yield from value.items()
        elif name == "redaction" and isinstance(value, Mapping):
            yield from (item for item in value.items() if value.get("kinds") or item[1])
        else:
            yield name, value


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value)
