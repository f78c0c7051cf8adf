"""How staff watch a live call and act in it: the state they see, and their commands."""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class StaffMember:
    """A member of staff who watches a call; `key` is the primary key of their user."""

    key: int
    name: str


@dataclass(frozen=True, slots=True)
class DeskState:
    """The state of a live call, as the staff who watch it are shown it."""

    caller_speaks: bool = False
    agent_speaks: bool = False
    over: bool = False
    answers: bool = False
    """Whether the call has an agent, so that staff can take the call over."""

    heeds: bool = False
    """Whether the agent follows what staff whisper to it."""

    listeners: int = 0
    """How many of the staff hear the call now."""

    held_by: StaffMember | None = None
    """Who has taken the call over."""


class StaffAction(StrEnum):
    """What a member of staff did in a live call."""

    WHISPER = "whisper"
    LISTEN = "listen"
    STOP_LISTENING = "stop_listening"
    TAKE_OVER = "take_over"
    GIVE_BACK = "give_back"


# -- commands of staff ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Whisper:
    """Gives the agent an instruction, which it follows from its next answer on."""

    text: str


@dataclass(frozen=True, slots=True)
class Listen:
    """Starts (`on`) or stops sending both sides' audio to the member of staff."""

    on: bool


@dataclass(frozen=True, slots=True)
class TakeOver:
    """Stops the agent from answering; it then says only what staff type."""


@dataclass(frozen=True, slots=True)
class StaffSays:
    """Has `text` said in the agent's voice, in a call that staff have taken over."""

    text: str


@dataclass(frozen=True, slots=True)
class GiveBack:
    """Lets the agent answer again."""


DeskCommand = Whisper | Listen | TakeOver | StaffSays | GiveBack
