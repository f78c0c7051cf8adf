"""The contract of recognisers (STT): `Recogniser` is an engine, `RecogniserStream` a stream of it.

    await recogniser.start()
    stream = recogniser.open("en-US")
    await stream.send(frame)      # one task sends, in order: frames, and flush after each utterance
    await stream.finish()
    async for hypothesis in stream.results():   # another one reads
        ...
    await stream.aclose()

Audio is `AudioFrame`: int16 mono with a time on the call clock. The engine's errors are raised by
`results`. All of it belongs to one event loop.
"""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace

from sessions_app.engine.core.events import Hypothesis
from sessions_app.engine.core.frames import SPEECH_RATE, AudioFrame
from sessions_app.engine.core.reservations import Reservation
from sessions_app.engine.text.cleaning import clean
from sessions_app.engine.text.languages import among


@dataclass(frozen=True, slots=True)
class Capabilities:
    """An engine's features, so that callers need not know which engine it is."""

    interims: bool
    """Whether it gives hypotheses while somebody speaks, which may still change."""

    words: bool
    """Whether finals have word times."""

    confidence: bool
    """Whether words have a confidence (0..1)."""

    languages: frozenset[str] | None
    """BCP 47 tags; None where only the engine can tell, when a stream runs."""

    continuous: bool = False
    """Whether it takes all audio, silence included, and finds utterances itself.

    Others get speech only, and `flush` where the VAD found its end.
    """

    sample_rate: int = SPEECH_RATE
    """Hz of the audio that it takes."""

    longest_stream_s: float | None = None
    """Seconds of audio after which it ends a stream; None for no limit."""

    scores_pauses: bool = False
    """Whether it answers a `pause` with all words and their confidence."""

    marks: bool = False
    """Whether it punctuates, so that a missing full stop is intended."""


@dataclass(frozen=True, slots=True)
class RecogniserWork:
    """What an engine's processes have to do, and did since they were first started.

    `load` is the share (0..1) of the last seconds in which they were busy, on average; `waiting`
    counts utterances that are over and have no final. `busy_s` and `audio_s` are seconds of work
    and of audio.
    """

    load: float
    waiting: int
    busy_s: float
    audio_s: float


class RecogniserStream(ABC):
    """Recognition of one side of one call. One sender, one reader of `results`."""

    @abstractmethod
    async def send(self, frame: AudioFrame) -> None:
        """Takes int16 mono audio at the engine's rate, in order on the call clock.

        Errors come out of `results`, never out of here.
        """

    async def begin(self, at_ms: float) -> None:
        """Notes that speech began at `at_ms`: a hint that continuous engines may ignore."""

    async def pause(self) -> None:
        """Notes that the caller pauses, and may go on: `results` may yield a `whole` interim.

        An engine that cannot decode the utterance so far quickly ignores it. The whole interim
        should equal the final, if only silence follows.
        """

    @abstractmethod
    async def flush(self, *, cut: bool = False) -> None:
        """Ends the utterance: its final is due. Returns at once.

        With `cut` the caller speaks on without a pause: a word that is cut in half belongs to the
        next utterance. For continuous engines this is only a hint that the caller pauses.
        """

    @abstractmethod
    async def finish(self) -> None:
        """Ends the audio: `results` ends after the last final.

        Returns at once; the reader of `results` has to set a time limit.
        """

    @abstractmethod
    def results(self) -> AsyncIterator[Hypothesis]:
        """Yields interims, and one final for each utterance, with times on the call clock.

        Raises RecogniserUnavailableError (retryable) where the engine died, another
        RecogniserError where it refused.
        """

    @abstractmethod
    async def aclose(self) -> None:
        """Drops the stream at once and frees its resources; `results` ends. May be called twice."""


class Recogniser(ABC):
    """A recognition engine, shared by all calls of a process."""

    name: str
    capabilities: Capabilities

    @property
    def serving(self) -> Capabilities:
        """The capabilities of the engine in use now, which may be a fallback's."""
        return self.capabilities

    @property
    def serving_name(self) -> str:
        """The name of the engine in use now, which may be a fallback's."""
        return self.name

    def unhurried(self) -> None:
        """Lowers its priority; called before `start` where nobody waits for its results."""

    async def start(self) -> None:
        """Makes the engine ready (processes, models); may be called twice.

        Raises RecogniserError when it cannot run here.
        """

    @abstractmethod
    def open(self, language: str, phrases: Sequence[str] = ()) -> RecogniserStream:
        """Returns a new stream for `language` (BCP 47), biased towards `phrases`.

        Raises LanguageNotSupportedError. Never blocks; needs a running event loop.
        """

    def knows(self, language: str) -> bool:
        """Returns whether `language` (BCP 47) is among the engine's, whatever the region."""
        known = self.capabilities.languages
        return known is None or language in known or among(language, known)

    def work(self) -> RecogniserWork | None:
        """Returns what its processes have to do; None for an engine that does not measure it."""
        return None

    async def ready(self) -> bool:
        """Returns whether a stream opened now would be served."""
        return True

    def reserve(self) -> Reservation:
        """Returns a reservation for a call, to be released when the call is over.

        Raises BusyError (retryable) where there is no capacity for another call. Checks and counts
        in one step.
        """
        return Reservation()

    async def aclose(self) -> None:
        """Frees what `start` took; may be called twice."""


async def clean_results(stream: RecogniserStream) -> AsyncIterator[Hypothesis]:
    """Yields the stream's results with their text cleaned: a remote engine may send anything."""
    async for hypothesis in stream.results():
        yield _clean_hypothesis(hypothesis)


def _clean_hypothesis(hypothesis: Hypothesis) -> Hypothesis:
    text = clean(hypothesis.text)
    words = hypothesis.words
    if any(clean(word.text) is not word.text for word in words):
        words = tuple(replace(word, text=clean(word.text)) for word in words)
        words = tuple(word for word in words if word.text.strip())
    if text is hypothesis.text and words is hypothesis.words:
        return hypothesis
    return replace(hypothesis, text=text, words=words)
