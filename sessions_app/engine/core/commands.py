"""What a client asks of a live call, as plain values."""

from dataclasses import dataclass, field
from typing import Any

from sessions_app.engine.core.call_data import CallData


@dataclass(frozen=True, slots=True)
class Candidate:
    """A remote ICE candidate as in W3C `RTCIceCandidateInit`; `call_id` where it names a call."""

    candidate: str
    sdp_mid: str | None = None
    sdp_m_line_index: int | None = None
    call_id: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """A client's wish to start a call.

    `features` names what the client understands beyond the plain protocol; `door` is the way
    in; `records` says whether the caller agreed to be recorded, and `notice` which wording
    was shown. `call_id` names a live call that is to continue over this connection; `language`
    and `voice` are the client's own choice, empty for the agent's. `data` holds the variables and
    metadata of a new call. With `check` the client only tries the way: no call is made of it.
    """

    sdp: str
    agent: str = ""
    features: frozenset[str] = frozenset()
    records: bool = False
    notice: str = ""
    door: str = "signaling"
    call_id: str = ""
    language: str = ""
    voice: str = ""
    data: CallData = field(default=CallData(), repr=False)
    check: bool = False


@dataclass(frozen=True, slots=True)
class AudioIn:
    """What audio a client sends: a codec, and for raw samples rate in Hz and channels."""

    codec: str
    sample_rate: int = 16_000
    channels: int = 1


@dataclass(frozen=True, slots=True)
class AudioOut:
    """How a client wants the agent's voice; `sample_rate` in Hz counts for raw samples."""

    codec: str
    sample_rate: int = 24_000


@dataclass(frozen=True, slots=True)
class StartStream:
    """A client's wish for a call whose audio comes in messages.

    `output` is None for a client that plays nothing. With `call_id` a live call continues here:
    from the audio it has with `continues`, else with audio that starts at 0. `last_seq` is the last
    segment that the client has; `token` is empty if the socket's handshake authenticated the
    client. `held_ms` is how much of the latest audio the client has kept, in case the call lacks
    it. The other fields are those of `Offer`.
    """

    audio: AudioIn
    output: AudioOut | None = None
    agent: str = ""
    features: frozenset[str] = frozenset()
    records: bool = False
    notice: str = ""
    door: str = "stream"
    call_id: str = ""
    language: str = ""
    voice: str = ""
    token: str = field(default="", repr=False)
    last_seq: int = 0
    continues: bool = False
    held_ms: float = 0.0
    data: CallData = field(default=CallData(), repr=False)
    check: bool = False


@dataclass(frozen=True, slots=True)
class AudioEnded:
    """The client stopped sending audio: the caller has finished speaking for now."""


@dataclass(frozen=True, slots=True)
class Resume:
    """A client reconnects to a live call; it has the segments up to `last_seq`."""

    call_id: str
    last_seq: int = 0
    features: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class HangUp:
    """The client ends the call."""


@dataclass(frozen=True, slots=True)
class ClientAway:
    """The client's page is being left or reloaded: the call waits a while for it to return."""


@dataclass(frozen=True, slots=True)
class Interrupt:
    """The client stops the agent's present answer."""


@dataclass(frozen=True, slots=True)
class Say:
    """The client types instead of talking."""

    text: str


@dataclass(frozen=True, slots=True)
class Press:
    """The caller pressed keys of a telephone, in this order: each 0-9, *, #, A-D or flash."""

    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PauseAgent:
    """The client pauses the agent (`paused`), or lets it continue."""

    paused: bool


@dataclass(frozen=True, slots=True)
class Ping:
    """The client checks whether the socket still works."""


@dataclass(frozen=True, slots=True)
class Speak:
    """The client has the agent say `text`, without a turn of the caller before it."""

    text: str


@dataclass(frozen=True, slots=True)
class Mute:
    """The client mutes (`muted`) or unmutes the caller's audio on the server."""

    muted: bool


@dataclass(frozen=True, slots=True)
class AppMessage:
    """Something between the client and the operator's own code; any JSON."""

    data: Any


Command = (
    Candidate
    | Offer
    | StartStream
    | AudioEnded
    | Resume
    | HangUp
    | ClientAway
    | Interrupt
    | Say
    | Press
    | PauseAgent
    | Ping
    | Speak
    | Mute
    | AppMessage
)

ToCall = HangUp | ClientAway | Interrupt | Say | Press | PauseAgent | Speak | Mute | AppMessage
"""The commands for a call that has started, at any door."""
