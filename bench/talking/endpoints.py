"""When turns are taken to be over: delay and cut-offs over spoken utterances, by strategy.

    python -m bench.talking.endpoints [--peer PYTHON] [--turn-model FOLDER]

Silero's boundaries, the embedded recogniser's texts, and how long it took for each; the turn
machine runs on the call clock alone. PYTHON is an interpreter that has Pipecat: its turn analyser
judges the same audio. FOLDER is what `manage.py fetch_model smart-turn` brought: it judges, too.
"""

import argparse
import asyncio
import json
import statistics
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from bench.tables import write_table
from bench.talking.utterances import Spoken, sixty, thirty
from sessions_app.engine.audio.vad.silero import SileroVad
from sessions_app.engine.core.agent_config import TurnSettings
from sessions_app.engine.core.events import (
    Hypothesis,
    SpeechEnded,
    SpeechPaused,
    SpeechResumed,
    SpeechStarted,
)
from sessions_app.engine.core.frames import SPEECH_RATE, AudioFrame, Samples
from sessions_app.engine.stt.base import Recogniser, RecogniserStream
from sessions_app.engine.stt.engines.moonshine import MoonshineRecogniser
from sessions_app.engine.stt.segmenter import Segmenter
from sessions_app.engine.stt.speech_gate import Flush, Item, Pause, SpeechGate
from sessions_app.engine.stt.wrappers.replay_buffer import send_item
from sessions_app.engine.turns.actions import Action, StartReply
from sessions_app.engine.turns.endpointing.attentive import AttentiveEndpointer
from sessions_app.engine.turns.endpointing.base import Endpointer
from sessions_app.engine.turns.endpointing.fixed import FixedEndpointer
from sessions_app.engine.turns.endpointing.smart_turn import SmartTurnEndpointer
from sessions_app.engine.turns.interruption.confirmed import ConfirmedBargeIn
from sessions_app.engine.turns.manager import TurnManager
from sessions_app.engine.turns.turn_models.base import TurnModel
from tests.fixtures.speech import write_wav

TOLD_AFTER_MS = {SpeechStarted: 112.0, SpeechPaused: 208.0, SpeechResumed: 64.0, SpeechEnded: 528.0}
"""How long after it happened a VAD tells of it, with half a frame until it is asked."""

Mark = SpeechStarted | SpeechPaused | SpeechResumed | SpeechEnded
Told = tuple[float, str, tuple[object, ...]]
"""When the turn machine is told, on the call clock, of what, and with which arguments."""


@dataclass(frozen=True, slots=True)
class Strategy:
    """A rule of turns, and whether it may decide at a pause."""

    endpointer: Endpointer
    settings: TurnSettings
    pauses: bool


USUAL = "attentive 450 to 2500 ms, at pauses"
BY_SOUND = "smart-turn and attentive, 450 to 2500 ms, at pauses"
STRATEGIES = {
    "fixed 600 ms": Strategy(FixedEndpointer(), TurnSettings(min_delay_ms=600), pauses=False),
    "attentive, at the end of speech": Strategy(
        AttentiveEndpointer(), TurnSettings(), pauses=False
    ),
    USUAL: Strategy(AttentiveEndpointer(), TurnSettings(), pauses=True),
}
PEER = "Pipecat 1.14.0, smart-turn v3.2"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one utterance went: turns that ended before it did, and the wait after it."""

    cut_offs: int
    delay_ms: float


async def marks(vad: SileroVad, audio: Samples) -> list[Mark]:
    """Returns the VAD's boundaries and pauses, in order."""
    found: list[Mark] = []
    stream = vad.open(found.append)
    stream.watch(found.append)
    for frame in frames(audio):
        stream.feed(frame)
    await stream.drain()
    stream.close()
    return found


def frames(audio: Samples) -> list[AudioFrame]:
    """Returns the audio as a transport gives it."""
    return [
        AudioFrame(audio[at : at + 320], SPEECH_RATE, 1000 * at / SPEECH_RATE)
        for at in range(0, len(audio), 320)
    ]


async def heard(
    vad: SileroVad, recogniser: Recogniser, model: TurnModel | None, audio: Samples
) -> list[Told]:
    """Returns what a turn machine is told, in order."""
    due = [(mark.at_ms + TOLD_AFTER_MS[type(mark)], mark) for mark in await marks(vad, audio)]
    gate, stream = SpeechGate(), recogniser.open("en-US")
    results = stream.results()
    told: list[Told] = []
    for frame in frames(audio):
        items: list[Item] = [*gate.feed(frame)]
        while due and due[0][0] <= frame.end_ms:
            now, mark = due.pop(0)
            told.append((now, *as_event(mark)))
            if model is not None and isinstance(mark, SpeechPaused):
                told += await judged(model, mark.at_ms, now, audio)
            items += opened(gate, mark)
        for item in items:
            told += await said(stream, results, item, frame.end_ms)
    await stream.aclose()
    return told


async def judged(model: TurnModel, at_ms: float, now_ms: float, audio: Samples) -> list[Told]:
    """Returns what a turn model says of a pause, and when."""
    began_s = time.monotonic()
    finished = await model.finished(audio[: round(now_ms * SPEECH_RATE / 1000)])
    took_ms = 1000 * (time.monotonic() - began_s)
    return [] if finished is None else [(now_ms + took_ms, "on_judged", (finished, at_ms))]


def as_event(mark: Mark) -> tuple[str, tuple[object, ...]]:
    """Returns the turn machine's own name of a boundary, and its argument."""
    names = {
        SpeechStarted: "on_speech_started",
        SpeechPaused: "on_pause",
        SpeechResumed: "on_resume",
        SpeechEnded: "on_speech_ended",
    }
    return names[type(mark)], (mark.at_ms,)


def opened(gate: SpeechGate, mark: Mark) -> list[Item]:
    """Returns what goes to the recogniser because of a boundary."""
    match mark:
        case SpeechStarted():
            return [*gate.started(mark.at_ms)]
        case SpeechPaused():
            return [*gate.paused()]
        case SpeechResumed():
            return []
        case SpeechEnded():
            return [*gate.ended(mark.at_ms)]


async def said(
    stream: RecogniserStream, results: AsyncIterator[Hypothesis], item: Item, now_ms: float
) -> list[Told]:
    """Tells the recogniser of `item`; returns what it says of a pause or an end, and when."""
    began_s = time.monotonic()
    await send_item(stream, item)
    if not isinstance(item, Pause | Flush):
        return []
    async for told in results:
        if not (told.is_final or told.whole):
            continue
        at_ms = now_ms + 1000 * (time.monotonic() - began_s)
        if told.whole:
            return [(at_ms, "on_whole", (told.text, told.end_ms, told.sure))]
        pieces = Segmenter().final(told) or [told]
        return [(at_ms, "on_final", (piece.text, piece.end_ms, piece.sure)) for piece in pieces]
    return []


def replies(told: list[Told], strategy: Strategy) -> list[float]:
    """Plays what was heard to a turn machine; returns when it took turns to be over."""
    taker = TurnManager(strategy.settings, strategy.endpointer, ConfirmedBargeIn())
    pausing = ("on_pause", "on_resume", "on_whole")
    script = [one for one in told if strategy.pauses or one[1] not in pausing]
    if strategy.endpointer.turn_model is None:
        script = [one for one in script if one[1] != "on_judged"]
    done: list[tuple[float, Action]] = []
    before = 0.0
    for now, event, args in [*sorted(script, key=lambda one: one[0]), (120_000.0, "", ())]:
        while (due := taker.deadline_ms) is not None and due <= now:
            before = max(before, due)  # it may be due since before its words came
            done += [(before, action) for action in taker.on_tick(before)]
        before = now
        if event in ("on_whole", "on_final"):
            text, end_ms, sure = args
            done += [(now, one) for one in getattr(taker, event)(text, end_ms, now, sure=sure)]
        elif event:
            done += [(now, one) for one in getattr(taker, event)(*args, now)]
    return [at for at, action in done if isinstance(action, StartReply)]


def outcome(ends: list[float], speech_end_ms: float) -> Outcome:
    """Returns how turns that were over at `ends` fit speech that was."""
    late = [at for at in ends if at >= speech_end_ms]
    delay_ms = late[-1] - speech_end_ms if late else float("nan")
    return Outcome(len(ends) - len(late), delay_ms)


Found = dict[tuple[str, str, str], list[Outcome]]
"""By set of utterances, strategy, and kind of utterance."""


async def measure(
    sets: dict[str, list[Spoken]], peers: dict[str, list[float]], turn_model: Path | None
) -> Found:
    """Returns the outcomes; `peers` are the moments by utterance, if they were measured."""
    found: Found = {}
    strategies = {**STRATEGIES}
    model = None
    if turn_model is not None:
        by_sound = SmartTurnEndpointer(str(turn_model))
        strategies[BY_SOUND] = Strategy(by_sound, TurnSettings(), pauses=True)
        model = by_sound.turn_model
        await by_sound.start()
    vad, recogniser = SileroVad(), MoonshineRecogniser(workers=1)
    await vad.start()
    await recogniser.start()
    try:
        for of, utterances in sets.items():
            for one in utterances:
                told = await heard(vad, recogniser, model, one.audio)
                end_ms = max(float(str(a[0])) for _, e, a in told if e == "on_speech_ended")
                for name, strategy in strategies.items():
                    result = outcome(replies(told, strategy), end_ms)
                    found.setdefault((of, name, one.kind), []).append(result)
                if one.name in peers:
                    result = outcome(peers[one.name], end_ms)
                    found.setdefault((of, PEER, one.kind), []).append(result)
    finally:
        await recogniser.aclose()
        if model is not None:
            await model.aclose()
        await vad.aclose()
    return found


def asked(
    python: Path | None, sets: dict[str, list[Spoken]], folder: Path
) -> dict[str, list[float]]:
    """Returns when Pipecat took turns to be over, by utterance."""
    if python is None:
        print("Pipecat was not run: give --peer a Python that has it.")
        return {}
    folder.mkdir()
    for one in (one for utterances in sets.values() for one in utterances):
        write_wav(folder / f"{one.name}.wav", one.audio)
    script = Path(__file__).with_name("peer_turns.py")
    done = subprocess.run(
        [python, script, folder], capture_output=True, text=True, check=True, timeout=900
    )
    ends: dict[str, list[float]] = json.loads(done.stdout.splitlines()[-1])
    return ends


def rows(found: Found) -> list[list[str]]:
    """Returns the table's rows: all of a set by strategy first, then by kind of utterance."""
    table = []
    for of in dict.fromkeys(of for of, _, _ in found):
        for name in dict.fromkeys(name for _, name, _ in found):
            kinds = {kind: found[key] for key in found if key[:2] == (of, name) for kind in key[2:]}
            every = [one for outcomes in kinds.values() for one in outcomes]
            if every:
                parts = (
                    {"all": every, **kinds} if name in (USUAL, BY_SOUND, PEER) else {"all": every}
                )
                table += [[of, name, kind, *row(outcomes)] for kind, outcomes in parts.items()]
    return table


def row(outcomes: list[Outcome]) -> list[str]:
    """Returns how many there are, how many were cut off, and the delays."""
    delays = sorted(one.delay_ms for one in outcomes)
    cut = sum(one.cut_offs > 0 for one in outcomes)
    late = delays[min(len(delays) - 1, round(0.9 * len(delays)))]
    return [str(len(outcomes)), str(cut), f"{statistics.median(delays):.0f}", f"{late:.0f}"]


async def main_async(python: Path | None, turn_model: Path | None) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        sets = {"thirty, one voice": thirty(folder), "sixty, five voices": await sixty(folder)}
        found = await measure(sets, asked(python, sets, folder / "peer"), turn_model)
    table = rows(found)
    told = [
        f"{cut} of {count} ({of}) cut off, median delay {median} ms"
        for of, name, kind, count, cut, median, _ in table
        if (name, kind) == (USUAL, "all")
    ]
    head = ["said", "strategy", "utterance", "count", "cut off", "delay, median ms", "p90 ms"]
    print(write_table("endpoints", "When turns are over", "; ".join(told), head, table))


def main() -> None:
    parser = argparse.ArgumentParser(description="When turns are taken to be over.")
    parser.add_argument("--peer", type=Path, help="a Python that has Pipecat")
    parser.add_argument("--turn-model", type=Path, help="the folder of smart-turn")
    given = parser.parse_known_args()[0]
    asyncio.run(main_async(given.peer, given.turn_model))


if __name__ == "__main__":
    main()
