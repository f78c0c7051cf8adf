"""The contract of responders, which decide what an agent says. Backends get OPTIONS as keywords."""

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, AsyncIterator, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from sessions_app.engine.core.agent_config import AgentConfig
from sessions_app.engine.core.events import NoteKind, NoteTaken, Speaker
from sessions_app.engine.core.usage import CallUsage
from sessions_app.engine.core.video import Picture

PRESSED = "[pressed {keys} on the telephone's keypad]"
"""The caller's turn that stands for pressed keys."""


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of the conversation as it was heard; `interrupted` if the agent was cut off."""

    speaker: Speaker
    text: str
    interrupted: bool = False


@dataclass(frozen=True, slots=True)
class EarlierCall:
    """A past call of the same user: when (ISO date), and its summary or first words."""

    date: str
    title: str
    text: str


class NoteRefusedError(ValueError):
    """The call has too many notes, or the note is too long; the message is fit to be spoken."""


@dataclass(frozen=True, slots=True)
class NotesUndone:
    """What an undo of a change of the notes did, or a redo.

    Removed notes have the numbers they had, restored ones those they have now.
    """

    removed: tuple[NoteTaken, ...] = ()
    restored: tuple[NoteTaken, ...] = ()


class CallVideo(Protocol):
    """The pictures of a call, both ways. Nothing is queued: a slow reader sees fewer."""

    @property
    def latest(self) -> Picture | None:
        """The caller's newest picture; None before the first."""
        ...

    def pictures(self) -> AsyncIterator[Picture]:
        """Yields the newest picture whenever it changes, until the call ends."""
        ...

    def show(self, picture: Picture) -> None:
        """Shows the caller this picture from now on: RGB, of shape (height, width, 3)."""
        ...

    def animate(self, sprites: Sequence[Picture], per_second: float = 15.0) -> None:
        """Shows these pictures in turn, over and over; all of one size."""
        ...


class CallHost(Protocol):
    """What a responder or a tool may do to the call it serves."""

    def now_ms(self) -> float:
        """Returns the call clock."""
        ...

    @property
    def notes(self) -> Sequence[NoteTaken]:
        """What was written down in this call, oldest first."""
        ...

    def add_note(self, kind: NoteKind, text: str) -> NoteTaken:
        """Adds a note, which is shown to the caller, stored, and part of the summary.

        Raises NoteRefusedError if there are too many notes, or this one is too long.
        """
        ...

    def change_note(self, number: int, text: str) -> NoteTaken | None:
        """Gives a note another text, in its place, and returns it; None if there is none.

        Raises NoteRefusedError if the text is too long.
        """
        ...

    def remove_notes(self, numbers: Collection[int]) -> Sequence[NoteTaken]:
        """Removes the notes with these numbers and returns them; later ones move up."""
        ...

    def restore_notes(self) -> Sequence[NoteTaken]:
        """Puts the notes that were removed last back in their places; none if there are none.

        Raises NoteRefusedError if there is no room for them any more.
        """
        ...

    def undo_notes(self) -> NotesUndone | None:
        """Undoes the newest change of the notes: an addition, removal or restoration.

        Returns None if there is nothing to undo.
        """
        ...

    def redo_notes(self) -> NotesUndone | None:
        """Undoes the newest `undo_notes`; None if there was none, or notes were changed since."""
        ...

    def end_call(self) -> None:
        """Ends the call once the present answer has been heard."""
        ...

    def send_app(self, data: Any) -> None:
        """Sends any JSON to the client's own code, once the turn is certain."""
        ...

    @property
    def video(self) -> CallVideo | None:
        """The call's pictures; None if VOICE["VIDEO"] is off."""
        ...

    async def confirmed(self) -> None:
        """Returns once the turn being answered is certain; see `Responder.speculative`."""
        ...

    async def earlier_calls(self, query: str, limit: int = 3) -> Sequence[EarlierCall]:
        """Returns this user's earlier calls with `query` in them, newest first."""
        ...


@dataclass(frozen=True, slots=True)
class Conversation:
    """All that an answer may depend on.

    `messages` ends with the caller's turn to answer. `speech_id` names the one turn that this
    answer belongs to. A responder that asks a language model counts that in `usage`. `whispers` are
    what staff told the agent in this call, the newest last: to be followed, and never said.
    """

    agent_config: AgentConfig
    messages: tuple[Message, ...]
    host: CallHost
    speech_id: str = ""
    call_id: str = ""
    usage: CallUsage = field(default_factory=CallUsage, compare=False)
    whispers: tuple[str, ...] = ()

    @property
    def last_text(self) -> str:
        """The caller's newest words."""
        return self.messages[-1].text if self.messages else ""

    @property
    def persona(self) -> AgentConfig:
        """`agent_config` by its earlier name, for responders that were written with it."""
        return self.agent_config


class Anew(str):
    """A piece that restarts the answer: the pieces before it were no part of it, such as a thought.

    Whatever of them nobody has heard yet is neither said nor kept.
    """

    __slots__ = ()


async def whole(pieces: AsyncIterator[str]) -> str:
    """Returns an answer's pieces as one text, from the last `Anew` on."""
    text = ""
    async for piece in pieces:
        text = str(piece) if isinstance(piece, Anew) else text + piece
    return text


class Responder(ABC):
    """One object serves all calls of a process that name it, on its event loop.

    All that belongs to a single call is in its Conversation.
    """

    speculative: bool = True
    """Whether an answer may be started on words that may still change. Such a responder awaits
    `host.confirmed()` before it does anything irreversible."""

    markdown: bool = True
    """Whether its answers are Markdown, as models write it; otherwise they are shown unchanged."""

    heeds_whispers: bool = False
    """Whether it follows `Conversation.whispers`; if not, staff cannot whisper to it."""

    async def start(self) -> None:
        """Prepares it; raises ResponderError if it cannot run."""

    def check(self, config: AgentConfig) -> None:
        """Raises ResponderError for an agent whose settings it could not serve."""

    def phrases(self, config: AgentConfig) -> Sequence[str]:
        """Returns what callers are likely to say to it: hints to the recogniser."""
        return ()

    @abstractmethod
    def stream(self, conversation: Conversation) -> AsyncGenerator[str, None]:
        """Yields the answer's text in pieces, as they come; nothing at all for no answer.

        A piece that is `Anew` takes back those before it.

        Closing the generator cancels the work, a remote model's stream included. Raises
        ResponderError, or ResponderUnavailableError (retryable) before or after the first
        piece.
        """

    def on_app_message(self, config: AgentConfig, host: CallHost, data: Any) -> None:
        """Receives any JSON that the client's own code sent. Never blocks."""

    def on_key(self, config: AgentConfig, host: CallHost, key: str) -> None:
        """Takes a telephone key as it is pressed: 0-9, *, #, A-D or flash. Never blocks."""

    def turn_of_keys(self, config: AgentConfig, keys: str) -> str:
        """Returns the caller's turn for pressed keys, such as "12#"; empty if they are no turn.

        The turn ends once the caller stops pressing keys, or presses one that ends it
        (VOICE["KEYS"]); the agent is silent from the first key on. It is also called before the
        end, with the keys so far.
        """
        return PRESSED.format(keys=keys)

    async def on_video(self, config: AgentConfig, host: CallHost) -> None:
        """Runs beside each call that may have pictures (`host.video`); cancelled at its end."""

    async def aclose(self) -> None:
        """Frees everything; may be called twice."""
