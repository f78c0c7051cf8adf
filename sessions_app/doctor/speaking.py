"""Recogniser, language model and voice: each is used once, as calls use it."""

import asyncio
import threading

from sessions_app.doctor.findings import PartFinding, not_set, ok, problem
from sessions_app.engine.core.agent_config import AgentConfig
from sessions_app.engine.core.errors import ResponderError, SynthesiserError
from sessions_app.models import Agent
from sessions_app.runtime import agent_preview, recogniser_trials
from sessions_app.runtime.settings import backend_names
from sessions_app.services.agents import config_of

CHAT = "chat"
USUAL = "default"
SAID = "Good morning and welcome."
ASKED = "Hello, can you hear me?"

_CORES = threading.Lock()
"""Recognisers and voices take turns: each needs the machine's cores, and has its own limit."""


def check_recognisers() -> PartFinding:
    """Lets the recognisers that agents use hear a few words."""
    names = {USUAL} | {config.recogniser or USUAL for config in _agents()}
    with _CORES:
        tried = asyncio.run(_recognised(sorted(names)))
    broken = [f"{one.name}: {one.problem}" for one in tried if one.problem]
    if broken:
        return problem(" ".join(broken), "Run `manage.py recognisers`, which tries all of them.")
    slow = max(tried, key=lambda one: one.took_s / (one.audio_s or 1.0))
    share = 100 * slow.took_s / (slow.audio_s or 1.0)
    return ok(f"{', '.join(one.name for one in tried)}: took {share:.0f} % of the time spoken.")


async def _recognised(names: list[str]) -> list[recogniser_trials.TrialResult]:
    return await recogniser_trials.try_all(await recogniser_trials.spoken(), names)


def check_voices() -> PartFinding:
    """Speaks a sentence in each voice that agents have."""
    configs = {(one.synthesiser, one.voice, one.language): one for one in _agents()}
    said = []
    for config in configs.values():
        name = ", ".join(filter(None, (config.synthesiser, config.voice)))
        try:
            with _CORES:
                sample = asyncio.run(agent_preview.say(config, SAID))
        except SynthesiserError as error:
            return problem(f"{name}: {error.message}", "Choose another voice in the agent's page.")
        said.append(f"{name}: first sound after {sample.first_ms:.0f} ms")
    return ok("; ".join(said) + ".") if said else not_set("There is no agent.")


def check_model() -> PartFinding:
    """Asks the language model for a short answer, where one is set."""
    if CHAT not in backend_names("RESPONDERS"):
        return not_set("No language model is set.", "Set CHAT_MODEL for agents that talk freely.")
    config = next((one for one in _agents() if one.responder == CHAT), AgentConfig(responder=CHAT))
    try:
        answer = asyncio.run(agent_preview.answer(config, ASKED))
    except ResponderError as error:
        return problem(error.message, "Look at CHAT_URL, CHAT_MODEL and CHAT_API_KEY.")
    if not answer:
        return problem("Its answer was empty.", "Choose another CHAT_MODEL.")
    return ok("It answered.")


def _agents() -> list[AgentConfig]:
    return [config_of(agent) for agent in Agent.objects.order_by("pk")]
