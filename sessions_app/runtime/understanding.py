"""Which summariser and extractor handle an ended call: the agent's, its model, or the default."""

from typing import Any

from django.conf import settings

from sessions_app.engine.agent.responders.chat.responder import ChatResponder
from sessions_app.engine.core.agent_config import AgentConfig
from sessions_app.engine.summaries.base import Summariser
from sessions_app.engine.summaries.extractive import ExtractiveSummariser
from sessions_app.engine.summaries.taking import Extractor
from sessions_app.engine.understanding.extractor import ModelExtractor
from sessions_app.engine.understanding.rules import RuleExtractor
from sessions_app.engine.understanding.summariser import ModelSummariser
from sessions_app.models import Call
from sessions_app.runtime.settings import backend_class, backend_names, load_backend

CONNECTION = ("model", "base_url", "api_key")
"""Options of a ChatResponder that say which model it is."""


def summariser_for(call: Call) -> Summariser:
    """Returns the call's summariser; raises ImproperlyConfigured where that cannot be made.

    An agent's own choice comes first. Otherwise an agent that answers by a language model has its
    calls summarised by that model, if VOICE["SUMMARIES_BY_AGENT"] is set and the installation's
    default is the extractive summariser.
    """
    chosen = call.agent.summariser
    if chosen in backend_names("SUMMARISERS"):
        return _loaded(chosen)
    extractive = backend_class("SUMMARISERS", "default") is ExtractiveSummariser
    if extractive and (options := model_of_agent(call)) is not None:
        return ModelSummariser(**options)
    return _loaded("default")


def extractor_for(call: Call) -> Extractor:
    """Returns the extractor of the agent's fields: the model that summarises the call, or rules."""
    chosen = call.agent.summariser
    name = chosen if chosen in backend_names("SUMMARISERS") else "default"
    kind = backend_class("SUMMARISERS", name)
    if isinstance(kind, type) and issubclass(kind, ModelSummariser):
        entries = settings.VOICE["SUMMARISERS"]
        entry = entries[name]
        entry = entries[entry["SAME_AS"]] if "SAME_AS" in entry else entry
        return ModelExtractor(**entry.get("OPTIONS", {}))
    options = model_of_agent(call) if name == "default" else None
    return RuleExtractor() if options is None else ModelExtractor(**options)


def model_of_agent(call: Call) -> dict[str, Any] | None:
    """Returns the options of the model that a call's agent answered by; None where it has none."""
    if not settings.VOICE["SUMMARIES_BY_AGENT"]:
        return None
    persona = AgentConfig.from_json(call.persona)
    entries = settings.VOICE["RESPONDERS"]
    entry = entries.get(persona.responder)
    entry = entries.get(entry["SAME_AS"]) if entry is not None and "SAME_AS" in entry else entry
    if entry is None or not _is_chat(persona.responder):
        return None
    given = entry.get("OPTIONS", {})
    options = {name: given[name] for name in CONNECTION if name in given}
    own = persona.responder_options.get("model")
    return {**options, "model": own} if isinstance(own, str) and own else options


def _is_chat(name: str) -> bool:
    kind = backend_class("RESPONDERS", name)
    return isinstance(kind, type) and issubclass(kind, ChatResponder)


def _loaded(name: str) -> Summariser:
    made: Summariser = load_backend("SUMMARISERS", name)
    return made
