"""Transcribes stored audio, with the gate and streams of live calls, as fast as the engine can.

`find_speech` finds speech, `without_segments` what of it has no words yet, `transcribe` the words.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from sessions_app.engine.audio.vad.base import Vad
from sessions_app.engine.core.errors import RecogniserUnavailableError
from sessions_app.engine.core.events import Hypothesis, SpeechEnded, SpeechStarted
from sessions_app.engine.core.frames import AudioFrame, silence
from sessions_app.engine.stt.base import Recogniser, RecogniserStream, clean_results
from sessions_app.engine.stt.speech_gate import Flush, Item, SpeechGate
from sessions_app.engine.stt.wrappers.gated import Gated
from sessions_app.engine.stt.wrappers.replay_buffer import send_item

PIECE_MS = 100
"""Length of the frames that are sent. Longer ones blur where speech begins and ends."""

AHEAD_MS = 20_000.0
"""How much audio may wait for the VAD. More is faster, and takes 32 kB of memory a second."""

LOOK_S = 0.01
"""How often the VAD's progress is polled."""

ANSWER_S = 120.0
"""How long an utterance may take before the recogniser counts as failed."""

SHORTEST_MS = 400.0
"""Shorter speech without a segment is ignored. Less transcribes breaths and edges of speech."""

EDGE_MS = 250.0
"""Speech this close to a segment belongs to it: engines trim their times."""

Audio = Callable[[], Iterable[AudioFrame]]
"""Returns the audio from its beginning, 16 kHz on the call clock; called twice."""


@dataclass(frozen=True, slots=True)
class SpeechSpan:
    """A span of speech, in ms on the call clock."""

    start_ms: float
    end_ms: float


async def find_speech(audio: Audio, vad: Vad) -> list[SpeechSpan]:
    """Returns the spans of speech in the audio, as the VAD finds them in live calls."""
    found: list[SpeechSpan] = []
    began_ms = 0.0

    def boundary(event: SpeechStarted | SpeechEnded) -> None:
        nonlocal began_ms
        if isinstance(event, SpeechStarted):
            began_ms = event.at_ms
        else:
            found.append(SpeechSpan(began_ms, event.at_ms))

    stream = vad.open(boundary)
    try:
        for frame in _pieces(audio()):
            stream.feed(frame)
            while frame.end_ms - stream.seen_ms > AHEAD_MS:  # noqa: ASYNC110
                await asyncio.sleep(LOOK_S)  # the contract tells where, not when
        await stream.drain()
    finally:
        stream.close()
    return found


def without_segments(speech: Sequence[SpeechSpan], known: Iterable[SpeechSpan]) -> list[SpeechSpan]:
    """Returns what of `speech` no known stretch covers. Pure."""
    rest = list(speech)
    for one in known:
        rest = [part for span in rest for part in _without(span, one)]
    return [part for part in rest if part.end_ms - part.start_ms >= SHORTEST_MS]


async def transcribe(
    audio: Audio,
    speech: Sequence[SpeechSpan],
    recogniser: Recogniser,
    language: str,
    phrases: Sequence[str] = (),
) -> list[Hypothesis]:
    """Returns the finals of all speech in `speech`, in order.

    Utterances are sent one at a time; a continuous engine gets its audio in real time. Raises the
    engine's errors, and RecogniserUnavailableError (retryable) where it gives no answer for
    ANSWER_S.
    """
    paced = recogniser.capabilities.continuous
    stream = (Gated(recogniser) if paced else recogniser).open(language, phrases)
    finals: list[Hypothesis] = []
    answered = asyncio.Event()

    async def read() -> None:
        async for hypothesis in clean_results(stream):
            if hypothesis.is_final:
                finals.append(hypothesis)
                answered.set()

    reading = asyncio.create_task(read())
    try:
        sending = asyncio.create_task(_send(stream, items(audio(), speech), paced, answered))
        await _both(sending, reading)
    finally:
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
        await stream.aclose()
    return [final for final in finals if final.text.strip()]


async def _both(sending: "asyncio.Task[None]", reading: "asyncio.Task[None]") -> None:
    """Returns when both are done; a reader that ends first cancels the sender, and raises."""
    try:
        await asyncio.wait({sending, reading}, return_when=asyncio.FIRST_COMPLETED)
        if reading.done() and not sending.done():
            reading.result()
            raise RecogniserUnavailableError("The recogniser ended before the audio did.")
        sending.result()
        async with asyncio.timeout(ANSWER_S):
            await reading
    except TimeoutError as error:
        raise _silent() from error
    finally:
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)


async def _send(
    stream: RecogniserStream, items: Iterator[Item], paced: bool, answered: asyncio.Event
) -> None:
    for item in items:
        if isinstance(item, Flush):
            answered.clear()
        await send_item(stream, item)
        if paced and isinstance(item, AudioFrame):
            await asyncio.sleep(item.duration_ms / 1000)
        elif isinstance(item, Flush) and not paced:
            async with asyncio.timeout(ANSWER_S):
                await answered.wait()
    await stream.finish()


def items(audio: Iterable[AudioFrame], speech: Sequence[SpeechSpan]) -> Iterator[Item]:
    """Yields the items that a live stream would get for this audio and these boundaries."""
    gate = SpeechGate()
    ahead = iter(speech)
    present, inside = next(ahead, None), False
    for frame in _pieces(audio):
        yield from gate.feed(frame)
        while present is not None:
            if not inside and frame.end_ms > present.start_ms:
                inside = True
                yield from gate.started(present.start_ms)
            if not inside or frame.end_ms <= present.end_ms:
                break
            yield from gate.ended(present.end_ms)
            present, inside = next(ahead, None), False
    yield from gate.finish()


def _pieces(audio: Iterable[AudioFrame]) -> Iterator[AudioFrame]:
    """Yields frames of 100 ms at most; silence where the audio has gaps."""
    at_ms = 0.0
    for frame in audio:
        while frame.start_ms - at_ms > 1.0:
            filled = silence(min(PIECE_MS, frame.start_ms - at_ms), at_ms)
            yield filled
            at_ms = filled.end_ms
        yield from frame.pieces(PIECE_MS)
        at_ms = frame.end_ms


def _without(span: SpeechSpan, known: SpeechSpan) -> list[SpeechSpan]:
    start_ms, end_ms = known.start_ms - EDGE_MS, known.end_ms + EDGE_MS
    if end_ms <= span.start_ms or start_ms >= span.end_ms:
        return [span]
    parts = (SpeechSpan(span.start_ms, start_ms), SpeechSpan(end_ms, span.end_ms))
    return [part for part in parts if part.end_ms > part.start_ms]


def _silent() -> RecogniserUnavailableError:
    return RecogniserUnavailableError(f"The recogniser gave no answer within {ANSWER_S:.0f} s.")
