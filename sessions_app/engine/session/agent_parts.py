"""What an agent in a live call is made of, and what it needs of the call."""

from collections.abc import Callable
from dataclasses import dataclass, field

from sessions_app.engine.agent.reply import Speaks
from sessions_app.engine.agent.responders.base import CallVideo, Responder
from sessions_app.engine.audio.playout import Playout
from sessions_app.engine.core.agent_config import AgentConfig
from sessions_app.engine.core.events import CallEvent
from sessions_app.engine.core.states import EndReason
from sessions_app.engine.session.notebook import NoteLimits
from sessions_app.engine.session.tool_context import Finder
from sessions_app.engine.session.transcribing import SegmentNumbers
from sessions_app.engine.turns.manager import TurnManager


@dataclass(frozen=True, slots=True)
class Parts:
    """What an agent is made of, in one call."""

    persona: AgentConfig
    responder: Responder
    voice: Speaks
    turn_manager: TurnManager
    playout: Playout
    numbers: SegmentNumbers
    find_earlier: Finder
    call_id: str
    video: CallVideo | None = None
    notes: NoteLimits = field(default_factory=NoteLimits)


@dataclass(frozen=True, slots=True)
class CallLine:
    """What the agent needs of the call it is in."""

    emit: Callable[[CallEvent], None]
    now_ms: Callable[[], float]
    hang_up: Callable[[EndReason], object]
    guard: Callable[[bool], None]
    ask: Callable[[], None]
    can_play: Callable[[], bool] = lambda: True
    reads: Callable[[], bool] = lambda: False
    """Whether the client asked for words instead of sound: what it is shown was said."""
