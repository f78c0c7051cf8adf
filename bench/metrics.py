"""What counting for Prometheus costs a process with 50 calls.

    .venv/bin/python manage.py shell -v 0 -c "from bench.metrics import main; main()"

Each thing that is counted is done many times, in the process's own CPU time, and multiplied by how
often 50 calls do it in a second, in all of which somebody speaks. The best of several runs counts:
what else the machine does only makes them longer. Prints the rows of the table in
docs/performance.md.
"""

import time
from collections.abc import Callable
from functools import partial

from sessions_app.engine.core.events import (
    CallEvent,
    InterimChanged,
    SegmentFinal,
    Speaker,
    StateChanged,
    TokenMade,
)
from sessions_app.engine.core.states import CallState
from sessions_app.engine.core.usage import CallUsage
from sessions_app.engine.rtc.loop.media_loop import MediaLoop
from sessions_app.engine.rtc.rtp.receiver import RtpInput
from sessions_app.engine.rtc.sdp.codecs import PayloadTypes
from sessions_app.engine.stt.worker.process import EngineProcess
from sessions_app.engine.stt.worker.worker import AUDIO
from sessions_app.runtime.engine import Engine
from sessions_app.runtime.monitoring import of_engine
from sessions_app.runtime.monitoring.call_figures import CallFigures, CallFigureSink
from sessions_app.runtime.monitoring.exposition import Exposition, of_this_process, text_of
from sessions_app.runtime.settings import voice_config

CALLS = 50
RUNS = 15
SCRAPE_S = 15.0
CALL_MS = 7.6
"""CPU in ms of a call-second at 50 calls, without metrics: docs/performance.md."""

INTERIMS, TOKENS = 5, 20
"""Events of one call in a second in which both sides are busy."""


def best_us(once: Callable[[], object], times: int) -> float:
    """Returns the CPU time of `once` in µs: the least of RUNS means."""
    found = []
    for _ in range(RUNS):
        began_s = time.process_time()
        for _ in range(times):
            once()
        found.append((time.process_time() - began_s) / times)
    return 1e6 * min(found)


def events(figures: CallFigures) -> Callable[[], None]:
    """Returns what emits a second of one call's events to its sink."""
    sink = CallFigureSink(figures, "a call", "stream", CallUsage(), lambda: 2_000.0)
    sink.emit(StateChanged(CallState.ACTIVE))
    second: list[CallEvent] = [
        *[InterimChanged(1, Speaker.CALLER, "words", 0, 900)] * INTERIMS,
        *[TokenMade(2, "word")] * TOKENS,
        SegmentFinal(1, Speaker.CALLER, "Words.", 0, 900),
    ]

    def emit() -> None:
        for event in second:
            sink.emit(event)

    return emit


class Receiving:
    """A connection that receives, as `RtpTotals` sees it."""

    def __init__(self) -> None:
        self._input = RtpInput(PayloadTypes(111), lambda _: None, lambda: 0.0)

    @property
    def figures(self) -> object:
        return self._input.figures


def live_engine() -> Engine:
    """Returns an engine whose figures are those of CALLS live calls."""
    engine = Engine(voice_config())
    for number in range(CALLS):
        sink = CallFigureSink(engine.figures, str(number), "stream", CallUsage(), lambda: 0.0)
        sink.used.asked("a model", 10, 10)
        sink.used.spoke("default", "", 10)
        sink.used.heard("moonshine", 1_000)
        sink.emit(StateChanged(CallState.ACTIVE))
        engine.media.rtp.opened(Receiving())  # type: ignore[arg-type] # its counts
    return engine


def main() -> None:
    """Measures, and prints what each costs in ms of CPU in a second of CALLS calls."""
    media, process = MediaLoop(), EngineProcess("", {})
    engine, into = live_engine(), Exposition()
    of_engine.write(engine, into)
    families = into.families()
    add_us = best_us(partial(media.rtp.jitter.add, 0.004), 50_000)
    note = partial(process._note_sent, 1, AUDIO, bytes(3_200))
    rows = {
        "jitter and loss, three values a call": 3 * CALLS * add_us,
        "late packets and lag, 60 values": 60 * add_us,
        "events, 26 a call": CALLS * best_us(events(CallFigures()), 2_000),
        "audio to recognisers, 10 pieces a call": 10 * CALLS * best_us(note, 20_000),
        "a scrape each 15 s, on the loop": best_us(
            lambda: of_engine.write(engine, Exposition()), 20
        )
        / SCRAPE_S,
        "a scrape each 15 s, in a thread": best_us(
            lambda: text_of(of_this_process("media_0", families)), 10
        )
        / SCRAPE_S,
    }
    rows["all"] = sum(rows.values())
    for what, cost_us in rows.items():
        share = cost_us / 1000 / (CALLS * CALL_MS)
        print(f"| {what} | {cost_us / 1000:.3f} | {100 * share:.3f} |")
    print(f"on the loop a scrape takes {rows['a scrape each 15 s, on the loop'] * 15e-3:.2f} ms")
