"""The backends of agents in this process: responders, voices, turn rules, cached phrases."""

import asyncio
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from sessions_app.engine.agent.responders.base import EarlierCall, Responder
from sessions_app.engine.agent.sentence_splitter import spoken_pieces
from sessions_app.engine.agent.voice import AgentVoice
from sessions_app.engine.audio.playout import Playout
from sessions_app.engine.audio.speech_encoder import ClipCache
from sessions_app.engine.core.agent_config import AgentConfig
from sessions_app.engine.core.errors import (
    AgentNotReadyError,
    RecogniserError,
    ResponderError,
    SynthesiserError,
    VoiceError,
    traced,
)
from sessions_app.engine.core.party import Party
from sessions_app.engine.core.usage import CallUsage
from sessions_app.engine.session.agent_parts import AgentParts
from sessions_app.engine.session.phrases import Phrases
from sessions_app.engine.session.tool_context import Finder
from sessions_app.engine.session.transcriber import SegmentNumbers
from sessions_app.engine.tts.base import Synthesiser, Voice, check_voice
from sessions_app.engine.tts.engines.fallback import FallbackSynthesiser
from sessions_app.engine.turns.endpointing.base import Endpointer
from sessions_app.engine.turns.interruption.base import BargeIn
from sessions_app.engine.turns.manager import TurnManager
from sessions_app.models import Agent
from sessions_app.runtime.settings import backend_names, load_backend
from sessions_app.runtime.store import Store
from sessions_app.services import search

logger = logging.getLogger(__name__)

T = TypeVar("T")

RESPONDERS, SYNTHESISERS = "RESPONDERS", "SYNTHESISERS"


class AgentBackends:
    """Loads the backends that VOICE names and builds agents of them.

    One per process, used on its event loop.
    """

    def __init__(self) -> None:
        self._responders: dict[str, Responder] = {}
        self._synthesisers: dict[str, Synthesiser] = {}
        self._voices: dict[str, Sequence[Voice]] = {}
        self._endpointers: dict[str, Endpointer] = {}
        self._interruption_rules: dict[str, BargeIn] = {}
        self._cache = ClipCache()
        self._preparing: set[asyncio.Task[None]] = set()
        self._entries: dict[tuple[str, str], Any] = {}
        """What each backend was made from: an entry of VOICE."""
        self._replaced: list[Responder | Synthesiser] = []
        """Backends that live calls may still have."""

    async def start(self) -> None:
        """Loads all backends; one that cannot run is logged, and its calls are refused."""
        for name in backend_names(RESPONDERS):
            self._put_responder(name, await self._started(RESPONDERS, name))
        for name in backend_names(SYNTHESISERS):
            await self._put_synthesiser(name, await self._started(SYNTHESISERS, name))
        for name in backend_names("ENDPOINTERS"):
            endpointer: Endpointer | None = await self._started("ENDPOINTERS", name)
            if endpointer is not None:
                self._endpointers[name] = endpointer
        for name in backend_names("BARGE_INS"):
            rule: BargeIn | None = _made("BARGE_INS", name)
            if rule is not None:
                self._interruption_rules[name] = rule

    async def renew(self) -> None:
        """Makes responders and voices again whose entries have changed; live calls keep theirs."""
        for name in self._changed(RESPONDERS, self._responders):
            self._put_responder(name, await self._started(RESPONDERS, name))
        for name in self._changed(SYNTHESISERS, self._synthesisers):
            await self._put_synthesiser(name, await self._started(SYNTHESISERS, name))
            self._cache = ClipCache()  # its clips are of the voice before

    def _changed(self, kind: str, made: Mapping[str, Any]) -> list[str]:
        entries = settings.VOICE[kind]
        names = {*made, *entries}
        return [name for name in names if entries.get(name) != self._entries.get((kind, name))]

    def _put_responder(self, name: str, made: Responder | None) -> None:
        """Uses `made` for new calls; with None there is no such responder any more."""
        if (old := self._responders.pop(name, None)) is not None:
            self._replaced.append(old)
        if made is not None:
            self._responders[name] = made

    async def _put_synthesiser(self, name: str, made: Synthesiser | None) -> None:
        """Uses `made`, once it is warm, for new calls."""
        voices = await self._warmed(name, made) if made is not None else ()
        if (old := self._synthesisers.pop(name, None)) is not None:
            self._replaced.append(old)
        if made is not None:
            self._synthesisers[name], self._voices[name] = made, voices

    async def _started(self, kind: str, name: str) -> Any:
        """Returns a started backend; None if it is not in VOICE, or cannot be created.

        One that fails to start is returned, too: it may recover.
        """
        entry = self._entries[kind, name] = settings.VOICE[kind].get(name)
        if entry is None:
            return None
        # loading a client library takes seconds, in which the event loop must serve calls
        backend = await asyncio.to_thread(_made, kind, name)
        if backend is None:
            return None
        try:
            await backend.start()
        except VoiceError as error:
            told, where = error.message, traced(error)  # the log leaves an error's message out
            logger.error("VOICE[%r][%r] cannot run: %s %s", kind, name, told, where)
        return backend

    async def _warmed(self, name: str, synthesiser: Synthesiser) -> Sequence[Voice]:
        """Warms an engine up and returns its voices; () if it fails."""
        try:
            await synthesiser.warm()
            return await synthesiser.voices()
        except SynthesiserError as error:
            told, where = error.message, traced(error)
            logger.error("VOICE['SYNTHESISERS'][%r] cannot speak: %s %s", name, told, where)
            return ()

    async def aclose(self) -> None:
        """Frees everything; may be called twice."""
        for task in list(self._preparing):
            task.cancel()
        await asyncio.gather(*self._preparing, return_exceptions=True)
        for responder in self._responders.values():
            await responder.aclose()
        for synthesiser in self._synthesisers.values():
            await synthesiser.aclose()
        for endpointer in self._endpointers.values():
            await endpointer.aclose()
        for replaced in self._replaced:
            await replaced.aclose()

    @property
    def default_voice(self) -> Synthesiser | None:
        """The synthesiser of agents that name no other."""
        return self._synthesisers.get("default")

    def prepare(self, config: AgentConfig) -> None:
        """Starts to synthesise the agent's fixed phrases, the greeting first."""
        if config.answers and config.synthesiser in self._synthesisers:
            task = asyncio.create_task(self._encode(config))
            self._preparing.add(task)
            task.add_done_callback(self._preparing.discard)

    async def _encode(self, config: AgentConfig) -> None:
        voice = self.voice(config)
        try:
            for text in Phrases(config).all_fixed:
                for piece in spoken_pieces(text):
                    await voice.prepare(piece)
        except SynthesiserError as error:
            logger.warning("an agent's fixed words could not be made (%s)", error.code)

    def voice(self, config: AgentConfig, usage: CallUsage | None = None) -> AgentVoice:
        """Returns the agent's voice; if it fails, the fallback or default one takes over.

        An agent that names no voice gets one of its language, if its engine has one. What each of
        both reads is counted in `usage`. Raises SynthesiserError (not retryable) for a synthesiser
        that VOICE does not name.
        """
        name = config.synthesiser
        first = self._synthesisers.get(name)
        if first is None:
            raise SynthesiserError(
                f"The agent's synthesiser {name!r} is not among VOICE['SYNTHESISERS']."
            )
        language = config.language
        other = next((key for key in ("fallback", "default") if key in self._synthesisers), name)
        second = self._synthesisers[other]
        used = usage or CallUsage()
        both = FallbackSynthesiser(
            first,
            second,
            second.voice_for(language, self._voices[other]),
            on_second=partial(used.spoke, other),
        )
        voice = config.voice or first.voice_for(language, self._voices[name])
        return AgentVoice(
            both, self._cache, name, voice, config.speed, language=language, usage=used
        )

    async def check_voice(self, config: AgentConfig, name: str) -> None:
        """Raises SynthesiserError for a voice that the agent's synthesiser does not have."""
        synthesiser = self._synthesisers.get(config.synthesiser)
        if synthesiser is not None:
            await check_voice(synthesiser, name)

    def responder(self, config: AgentConfig) -> Responder:
        """Returns the agent's responder; raises ResponderError if VOICE does not name it."""
        responder = self._responders.get(config.responder)
        if responder is None:
            raise ResponderError(
                f"The agent's responder {config.responder!r} is not among VOICE['RESPONDERS']."
            )
        return responder

    def with_hints(self, config: AgentConfig) -> AgentConfig:
        """Returns the config with the responder's own phrases added as hints for recognition."""
        responder = self._responders.get(config.responder)
        hints = responder.phrases(config) if responder is not None else ()
        known = {phrase.lower() for phrase in config.phrases}
        more = tuple(hint for hint in hints if hint.lower() not in known)
        return replace(config, phrases=(*config.phrases, *more))

    def parts(
        self,
        config: AgentConfig,
        playout: Playout,
        numbers: SegmentNumbers,
        usage: CallUsage | None = None,
    ) -> AgentParts:
        """Returns the parts of an agent, which count in `usage`, without those of a stored call.

        Raises ResponderError, SynthesiserError, AgentNotReadyError (not retryable) for backends
        that VOICE does not name.
        """
        turns = replace(config.turns, language=config.language)
        used = usage or CallUsage()
        return AgentParts(
            config=config,
            responder=self.responder(config),
            voice=self.voice(config, used),
            turn_manager=TurnManager(
                turns,
                _named(self._endpointers, "ENDPOINTERS", turns.endpointer),
                _named(self._interruption_rules, "BARGE_INS", turns.barge_in),
            ),
            playout=playout,
            numbers=numbers,
            find_earlier=_finds_nothing,
            call_id="",
            usage=used,
        )


def _made(kind: str, name: str) -> Any:
    try:
        return load_backend(kind, name)
    except ImproperlyConfigured as error:
        logger.exception("an agent's part cannot be made: %s", error)
        return None


def _named(known: dict[str, T], kind: str, name: str) -> T:
    if name not in known:
        raise AgentNotReadyError(f"The agent's turn rule {name!r} is not among VOICE[{kind!r}].")
    return known[name]


async def _finds_nothing(_query: str, _limit: int) -> Sequence[EarlierCall]:
    """Stands in for the search of a call that is not stored yet."""
    return ()


def earlier_calls(store: Store, party: Party, call_pk: int) -> Finder:
    """Returns a search of the party's calls before `call_pk`, run in the store's thread."""

    async def find(query: str, limit: int) -> Sequence[EarlierCall]:
        rows = await store.run(search.earlier_calls, party, call_pk, query, limit)
        return [EarlierCall(row.date, row.title, row.text) for row in rows]

    return find


@contextmanager
def agent_not_ready(agent: Agent) -> Iterator[None]:
    """Turns errors in an agent's configuration into AgentNotReadyError (not retryable).

    That is for the time before a call. Within a call the same errors only silence its agent.
    """
    try:
        yield
    except (RecogniserError, ResponderError, SynthesiserError, AgentNotReadyError) as error:
        raise AgentNotReadyError(
            f"The agent {agent.slug!r} cannot be called as it is set up. {error.message} "
            "Staff can fix that on the agent's page in the admin. Other agents can be called."
        ) from error
