"""What a client asks of a live call, as plain values."""

from dataclasses import dataclass


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
    was shown.
    """

    sdp: str
    agent: str = ""
    features: frozenset[str] = frozenset()
    records: bool = False
    notice: str = ""
    door: str = "signaling"


@dataclass(frozen=True, slots=True)
class Resume:
    """A client that comes back for a live call and has segments up to `last_seq`."""

    call_id: str
    last_seq: int = 0
    features: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class HangUp:
    """The client ends the call."""


@dataclass(frozen=True, slots=True)
class Interrupt:
    """The client silences the agent's present answer."""


@dataclass(frozen=True, slots=True)
class Say:
    """The client types instead of talking."""

    text: str


@dataclass(frozen=True, slots=True)
class PauseAgent:
    """The client asks the agent to hold still (`paused`), or to go on."""

    paused: bool


Command = Candidate | Offer | Resume | HangUp | Interrupt | Say | PauseAgent
