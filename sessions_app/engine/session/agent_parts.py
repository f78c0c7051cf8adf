"""The dependencies of an agent in a live call: its own parts, and its access to the call."""

from collections.abc import Callable
from dataclasses import dataclass, field

from sessions_app.engine.agent.reply import Speaks
from sessions_app.engine.agent.responders.base import CallVideo, Responder
from sessions_app.engine.audio.playout import Playout
from sessions_app.engine.core.agent_config import AgentConfig
from sessions_app.engine.core.events import CallEvent
from sessions_app.engine.core.states import EndReason
from sessions_app.engine.core.usage import CallUsage
from sessions_app.engine.session.notebook import NoteLimits
from sessions_app.engine.session.tool_context import Finder
from sessions_app.engine.session.transcriber import SegmentNumbers
from sessions_app.engine.turns.manager import TurnManager


@dataclass(frozen=True, slots=True)
class AgentParts:
    """The parts of one call's agent: its configuration, responder, voice and so on."""

    config: AgentConfig
    responder: Responder
    voice: Speaks
    turn_manager: TurnManager
    playout: Playout
    numbers: SegmentNumbers
    find_earlier: Finder
    call_id: str
    video: CallVideo | None = None
    notes: NoteLimits = field(default_factory=NoteLimits)
    usage: CallUsage = field(default_factory=CallUsage)


@dataclass(frozen=True, slots=True)
class CallControls:
    """What the agent may do with, and ask of, the call it is in. Nothing here blocks."""

    emit: Callable[[CallEvent], None]
    now_ms: Callable[[], float]
    """Returns the call clock, in ms."""

    hang_up: Callable[[EndReason], object]
    guard_vad: Callable[[bool], None]
    """Raises (True) or restores (False) the VAD's threshold, against the agent's own echo."""

    request_words: Callable[[], None]
    """Asks the recogniser for all words of the current utterance, without waiting for its end."""

    can_play: Callable[[], bool] = lambda: True
    """Whether the client currently receives audio."""

    wants_text: Callable[[], bool] = lambda: False
    """Whether the client asked for text instead of audio. Text shown then counts as said."""
