"""The contract of engines that block: they run in a worker process, called by one thread.

`BlockingEngine` is made once a process, `Session` once a stream. Neither is ever made, nor their
package imported, in a process that carries calls.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sessions_app.engine.core.frames import Samples

TimedWord = tuple[str, float, float, float | None]
"""Text, start and end in seconds from the utterance's first sample, confidence 0..1 or None."""


@dataclass(frozen=True, slots=True)
class UtteranceResult:
    """What was said in one utterance: `words` where the engine times them, else `text` alone."""

    text: str = ""
    words: list[TimedWord] = field(default_factory=list)


class ModelError(Exception):
    """The engine cannot be loaded; the message says what is missing, and what to do."""


class Session(ABC):
    """One stream's audio within an engine; one utterance after the other."""

    @abstractmethod
    def accept(self, samples: Samples) -> None:
        """Takes int16 mono audio at 16 kHz; decoding is `BlockingEngine.decode`'s."""

    def interim(self) -> str:
        """Returns the text so far of the present utterance; empty for engines without interims."""
        return ""

    def pause(self) -> UtteranceResult:
        """Returns what was said up to a pause, after which more may follow.

        Asked only of engines whose recogniser `tells_whole`.
        """
        raise NotImplementedError

    @abstractmethod
    def finish(self) -> UtteranceResult:
        """Ends the present utterance: decodes what is left of it, and returns what was said.

        The next audio begins another one.
        """


class BlockingEngine(ABC):
    """Made once in a worker process, from the options of the recogniser's entry."""

    note = ""
    """What an operator should know of how it runs here; logged once."""

    @abstractmethod
    def open(self, language: str, phrases: Sequence[str]) -> Session:
        """Returns a session for `language` (BCP 47), where `phrases` are likely."""

    def chosen(self, sessions: Sequence[Session]) -> Sequence[Session]:
        """Returns which of the sessions with new audio are decoded now; the others wait.

        At least one, where there are any. After each round finals are answered and audio is taken.
        """
        return sessions

    def decode(self, sessions: Sequence[Session]) -> None:
        """Decodes the new audio of all of them together.

        Does nothing for engines that decode in `accept`, one session at a time.
        """


def found(folder: Path, *patterns: str) -> list[Path]:
    """Returns the first file of each pattern; raises ModelError naming all that are missing."""
    if not folder.is_dir():
        raise ModelError(f"There is no folder {folder}. manage.py fetch_model brings models.")
    matches = {pattern: sorted(folder.glob(pattern)) for pattern in patterns}
    missing = [pattern for pattern, files in matches.items() if not files]
    if missing:
        raise ModelError(f"The model in {folder} is not whole: it has no {', '.join(missing)}.")
    return [matches[pattern][0] for pattern in patterns]
