"""The parts that a call is built from: whose it is, and its two sides."""

from collections.abc import Callable
from dataclasses import dataclass, field

from sessions_app.engine.audio.playout import Playout
from sessions_app.engine.core.events import CallEvent
from sessions_app.engine.core.party import Party
from sessions_app.engine.rtc.video import VideoLine
from sessions_app.engine.session.agent_parts import CallControls
from sessions_app.engine.session.agent_session import AgentSession
from sessions_app.engine.session.inbound_audio import InboundAudio, Lane
from sessions_app.engine.session.keypad import KeySettings
from sessions_app.engine.session.transcriber import SegmentNumbers


@dataclass(frozen=True, slots=True)
class Ownership:
    """Whose call it is, its public id, and the keys under which it was admitted. Immutable."""

    call_id: str
    party: Party
    offer_key: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class CallSides:
    """The factories and parts of the call's two sides, the caller's and the agent's.

    Without `agent` the call is only transcribed. Both sides take their segments' numbers from
    `numbers`.
    """

    inbound: Callable[[Callable[[CallEvent], None]], InboundAudio]
    agent: Callable[[CallControls], AgentSession] | None = None
    agent_lane: Lane | None = None
    playout: Playout | None = None
    video: VideoLine | None = None
    numbers: SegmentNumbers = field(default_factory=SegmentNumbers)
    keys: KeySettings = field(default_factory=KeySettings)
