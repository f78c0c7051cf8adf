"""When turns are taken to be over: delay and cut-offs over spoken utterances, by strategy.

    python -m bench.talking.endpoints

Thirty utterances by flite, some with pauses inside. Boundaries are Silero's and texts the
embedded recogniser's; the turn machine then runs on the call clock alone, told of starts 100 ms,
of ends 512 ms late, and of finals after a third of the utterance's length, as measured live.
"""

import asyncio
import statistics
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.tables import write_table
from sessions_app.agent.actions import Action, CutSpeech, StartReply
from sessions_app.agent.barge_ins.confirmed import ConfirmedBargeIn
from sessions_app.agent.endpointers.attentive import AttentiveEndpointer
from sessions_app.agent.endpointers.base import Endpointer
from sessions_app.agent.endpointers.fixed import FixedEndpointer
from sessions_app.agent.turns import TurnTaker
from sessions_app.core.audio import SPEECH_RATE, AudioFrame, Samples
from sessions_app.core.events import SpeechEnded, SpeechStarted
from sessions_app.core.persona import TurnSettings
from sessions_app.speech.recognisers.base import Recogniser
from sessions_app.speech.recognisers.pocketsphinx import PocketSphinxRecogniser
from sessions_app.speech.vad.silero import SileroVad
from tests.fixtures.speech import read_wav, speak

START_LAG, END_LAG, FINAL_LAG, FINAL_SHARE = 100.0, 512.0, 200.0, 0.34
LEAD_S = 0.6

UTTERANCES: dict[str, list[tuple[str, ...]]] = {
    "question": [
        ("what time is it",),
        ("where is the station",),
        ("how much does it cost",),
        ("can you help me",),
        ("is the shop open today",),
        ("who wrote this book",),
        ("when does the train leave",),
        ("do you have a room for tonight",),
    ],
    "answer": [
        ("yes",),
        ("no thank you",),
        ("that is all",),
        ("okay goodbye",),
    ],
    "statement": [
        ("i would like to book a table",),
        ("my name is john miller",),
        ("the weather is very nice today",),
        ("please call me back on monday",),
        ("we need more paper for the printer",),
        ("i am looking for my keys",),
        ("the meeting begins in the morning",),
        ("there is a problem with my computer",),
    ],
    "number": [
        ("my number is five five five", "one two three", "four five six seven"),
        ("zero four zero", "five five one", "two three four eight"),
        ("the code is nine nine one", "two three four", "five six seven eight"),
        ("it is four two one", "seven seven", "eight zero nine three one"),
        ("call me on six zero three", "four four two", "nine eight one seven"),
    ],
    "pause": [
        ("i would like a ticket to london and", "one to paris"),
        ("we could meet on monday or", "maybe on tuesday"),
        ("i went to the", "new market in the city"),
        ("the reason is that", "nobody told me"),
        ("can you send the letter to", "my brother in berlin"),
    ],
}
PAUSE_S = 1.0
STRATEGIES: dict[str, tuple[Endpointer, TurnSettings]] = {
    "fixed 600 ms": (FixedEndpointer(), TurnSettings()),
    "fixed 1500 ms": (FixedEndpointer(), TurnSettings(min_delay_ms=1500)),
    "attentive 600 to 2500 ms": (AttentiveEndpointer(), TurnSettings()),
}


@dataclass(frozen=True, slots=True)
class Span:
    """Speech between two VAD boundaries, and what was recognised of it."""

    start_ms: float
    end_ms: float
    text: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one utterance went: replies begun before its end, and the wait after it."""

    cut_offs: int
    delay_ms: float


def sound(folder: Path, parts: tuple[str, ...]) -> Samples:
    """Returns the parts with pauses between them, and silence around."""
    silence = np.zeros(round(PAUSE_S * SPEECH_RATE), np.int16)
    pieces = [piece for part in parts for piece in (read_wav(speak(folder, part)), silence)][:-1]
    lead, tail = np.zeros(round(LEAD_S * SPEECH_RATE), np.int16), np.zeros(SPEECH_RATE, np.int16)
    return np.concatenate([lead, *pieces, tail])


async def heard(vad: SileroVad, recogniser: Recogniser, audio: Samples) -> list[Span]:
    """Returns what VAD and recogniser make of the audio."""
    marks: list[SpeechStarted | SpeechEnded] = []
    stream = vad.open(marks.append)
    for at in range(0, len(audio), 320):
        stream.feed(AudioFrame(audio[at : at + 320], SPEECH_RATE, 1000 * at / SPEECH_RATE))
    await stream.drain()
    stream.close()
    starts = [m.at_ms for m in marks if isinstance(m, SpeechStarted)]
    ends = [m.at_ms for m in marks if isinstance(m, SpeechEnded)]
    return [
        Span(start, end, await decoded(recogniser, audio, start, end))
        for start, end in zip(starts, ends, strict=True)
    ]


async def decoded(recogniser: Recogniser, audio: Samples, start_ms: float, end_ms: float) -> str:
    """Returns the text of one span."""
    first = max(0, round((start_ms - 300) * 16))
    last = min(round((end_ms + 200) * 16), len(audio))
    stream = recogniser.open("en-US")
    for at in range(first, last, 1600):
        piece = audio[at : min(at + 1600, last)]
        await stream.send(AudioFrame(piece, SPEECH_RATE, at / 16))
    await stream.finish()
    texts = [h.text async for h in stream.results() if h.is_final]
    await stream.aclose()
    return " ".join(texts).lower().rstrip(".")


def outcome(spans: list[Span], endpointer: Endpointer, settings: TurnSettings) -> Outcome:
    """Plays the spans to a turn machine."""
    taker = TurnTaker(settings, endpointer, ConfirmedBargeIn())
    script: list[tuple[float, str, tuple[object, ...]]] = []
    for span in spans:
        final = span.end_ms + FINAL_LAG + FINAL_SHARE * (span.end_ms - span.start_ms)
        script += [
            (span.start_ms + START_LAG, "on_speech_started", (span.start_ms,)),
            (span.end_ms + END_LAG, "on_speech_ended", (span.end_ms,)),
            (max(final, span.end_ms + END_LAG + 1), "on_final", (span.text, span.end_ms)),
        ]
    done: list[tuple[float, Action]] = []
    for now, event, args in [*sorted(script, key=lambda s: s[0]), (120_000.0, "", ())]:
        while (due := taker.deadline_ms) is not None and due <= now:
            done += [(due, action) for action in taker.on_tick(due)]
        if event:
            done += [(now, action) for action in getattr(taker, event)(*args, now)]
    begun = [at for at, action in done if isinstance(action, StartReply)]
    cut = sum(isinstance(action, CutSpeech) for _, action in done)
    return Outcome(cut, begun[-1] - spans[-1].end_ms if begun else float("nan"))


async def measure() -> dict[str, dict[str, list[Outcome]]]:
    """Returns the outcomes by strategy and kind of utterance."""
    found: dict[str, dict[str, list[Outcome]]] = {name: {} for name in STRATEGIES}
    vad, recogniser = SileroVad(), PocketSphinxRecogniser(workers=1)
    await vad.start()
    await recogniser.start()
    try:
        with tempfile.TemporaryDirectory() as folder:
            for kind, utterances in UTTERANCES.items():
                for parts in utterances:
                    spans = await heard(vad, recogniser, sound(Path(folder), parts))
                    for name, (endpointer, settings) in STRATEGIES.items():
                        result = outcome(spans, endpointer, settings)
                        found[name].setdefault(kind, []).append(result)
    finally:
        await recogniser.aclose()
        await vad.aclose()
    return found


def rows(found: dict[str, dict[str, list[Outcome]]]) -> list[list[str]]:
    """Returns the table's rows: strategy, kind, utterances, cut-offs, delays."""
    table = []
    for name, kinds in found.items():
        for kind, outcomes in kinds.items():
            delays = [o.delay_ms for o in outcomes]
            cut = sum(o.cut_offs > 0 for o in outcomes)
            middle, worst = f"{statistics.median(delays):.0f}", f"{max(delays):.0f}"
            table.append([name, kind, str(len(outcomes)), str(cut), middle, worst])
    return table


def main() -> None:
    found = asyncio.run(measure())
    head = ["strategy", "utterance", "count", "cut off", "delay, median ms", "delay, worst ms"]
    usual = [o for kind in found["attentive 600 to 2500 ms"].values() for o in kind]
    cut = sum(o.cut_offs > 0 for o in usual)
    middle = statistics.median(o.delay_ms for o in usual)
    headline = (
        f"{cut} of {len(usual)} utterances cut off by the usual rule, median delay {middle:.0f} ms"
    )
    print(write_table("endpoints", "When turns are over", headline, head, rows(found)))


if __name__ == "__main__":
    main()
