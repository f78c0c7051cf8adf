"""What staff who look on at a live call are shown of it, and what they do in it."""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class StaffMember:
    """Who looks on; `key` is their user's."""

    key: int
    name: str


@dataclass(frozen=True, slots=True)
class DeskState:
    """How a live call stands now, for who looks on at it.

    `answers` where its agent can be spoken for, `heeds` where that follows instructions, `held_by`
    is who has taken it over, `listeners` how many hear it.
    """

    caller_speaks: bool = False
    agent_speaks: bool = False
    over: bool = False
    answers: bool = False
    heeds: bool = False
    listeners: int = 0
    held_by: StaffMember | None = None


class StaffAction(StrEnum):
    """What one of the staff did in a live call."""

    WHISPER = "whisper"
    LISTEN = "listen"
    STOP_LISTENING = "stop_listening"
    TAKE_OVER = "take_over"
    GIVE_BACK = "give_back"


# -- commands of staff ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Whisper:
    """Tells the agent something that it is to follow from its next answer on."""

    text: str


@dataclass(frozen=True, slots=True)
class Listen:
    """Begins (`on`) or ends to hear both sides."""

    on: bool


@dataclass(frozen=True, slots=True)
class TakeOver:
    """Silences the agent: what staff type is said in its voice."""


@dataclass(frozen=True, slots=True)
class StaffSays:
    """Says this in the agent's voice, in a call that was taken over."""

    text: str


@dataclass(frozen=True, slots=True)
class GiveBack:
    """Lets the agent answer again."""


DeskCommand = Whisper | Listen | TakeOver | StaffSays | GiveBack
