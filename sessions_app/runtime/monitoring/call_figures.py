"""What the calls of a process add up to: counted as their events come, on the event loop."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields
from itertools import pairwise

from sessions_app.engine.core.errors import VoiceError
from sessions_app.engine.core.events import (
    AgentFailed,
    CallEvent,
    Latency,
    RecognitionFailed,
    SegmentFinal,
    Speaker,
    StateChanged,
    TurnEnded,
)
from sessions_app.engine.core.histograms import Histogram
from sessions_app.engine.core.states import BYE_REASONS, TERMINAL, CallState, EndReason
from sessions_app.engine.core.usage import CallUsage

DELAY_S = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0)
"""Bounds of the histograms of delays that people notice, in s. More cost a time series each."""

STAGE_NAMES = tuple(field.name.removesuffix("_ms") for field in fields(Latency))[1:]
"""The stages of an answer after the end of speech: endpoint, final, first_token, first_audio."""

RECOGNITION_FAILED, OTHER = "recognition_failed", "other"
CODE = re.compile(r"[a-z_]{1,40}")
"""How codes look; operators' own code may send anything, which must not become a label."""

MOST_CODES = 60
"""How many codes are counted apart. Fewer hide some under `other`; more cost a series each."""

FINISHED, INTERRUPTED = "finished", "interrupted"


def known_codes() -> Iterator[str]:
    """Yields the codes of the errors that the engine has itself."""
    found = [VoiceError]
    while found:
        kind = found.pop()
        found += kind.__subclasses__()
        if kind.__module__ == VoiceError.__module__:
            yield kind.code


class UsageTotals:
    """What was used of recognisers, models and voices, in all."""

    def __init__(self) -> None:
        self.audio_s = 0.0
        self.requests = self.tokens_in = self.tokens_out = self.characters = 0

    def add(self, used: CallUsage) -> None:
        """Adds what a call used so far."""
        for part in used.parts():
            self.audio_s += part.audio_ms / 1000
            self.requests += part.requests
            self.tokens_in += part.tokens_in
            self.tokens_out += part.tokens_out
            self.characters += part.characters


class CallFigures:
    """The counts of all calls of a process since it started; used on its event loop."""

    def __init__(self) -> None:
        self._live: dict[str, CallFigureSink] = {}
        self.started: Counter[str] = Counter()
        # those that are known are there with 0, or nobody could see the first one as an increase
        self.ended: Counter[str] = Counter({reason.value: 0 for reason in BYE_REASONS})
        self.reconnecting: Counter[str] = Counter()
        codes = (*known_codes(), RECOGNITION_FAILED, OTHER)
        self.errors: Counter[str] = Counter(dict.fromkeys(codes, 0))
        self.answers: Counter[str] = Counter({FINISHED: 0, INTERRUPTED: 0})
        self.final_delay = Histogram(DELAY_S)
        self.answer = Histogram(DELAY_S)
        self.stages = {name: Histogram(DELAY_S) for name in STAGE_NAMES}
        self._used = UsageTotals()

    def states(self) -> Counter[tuple[str, str]]:
        """Returns how many calls are live, by door and state."""
        return Counter((sink.door, sink.state.value) for sink in self._live.values())

    def usage(self) -> UsageTotals:
        """Returns what all calls used, the live ones so far."""
        total = UsageTotals()
        vars(total).update(vars(self._used))
        for sink in self._live.values():
            total.add(sink.used)
        return total

    def failed(self, code: str) -> None:
        """Counts an error by its code."""
        known = code in self.errors or len(self.errors) < MOST_CODES
        self.errors[code if known and CODE.fullmatch(code) else OTHER] += 1

    @contextmanager
    def counted_errors(self) -> Iterator[None]:
        """Counts what the block raises to refuse a client, and lets it pass."""
        try:
            yield
        except VoiceError as error:
            self.failed(error.code)
            raise

    def began(self, sink: "CallFigureSink") -> None:
        """Counts a call that starts."""
        self._live[sink.call_id] = sink
        self.started[sink.door] += 1

    def over(self, call_id: str, reason: EndReason | None) -> None:
        """Counts a call that has ended; does nothing for one that was counted."""
        sink = self._live.pop(call_id, None)
        if sink is not None:
            self.ended[reason.value if reason else OTHER] += 1
            self._used.add(sink.used)

    def answered(self, latency: Latency | None, *, interrupted: bool) -> None:
        """Counts an answer, and its stages where it answered speech and was heard."""
        self.answers[INTERRUPTED if interrupted else FINISHED] += 1
        began_ms = latency.speech_end_ms if latency else None
        heard_ms = latency.first_audio_ms if latency else None
        if latency is None or began_ms is None or heard_ms is None:
            return
        self.answer.add(max(0.0, heard_ms - began_ms) / 1000)
        times = ((name, getattr(latency, f"{name}_ms")) for name in ("speech_end", *STAGE_NAMES))
        reached = sorted(
            ((name, at) for name, at in times if at is not None), key=lambda one: one[1]
        )
        for (_, before_ms), (name, at_ms) in pairwise(reached):
            if name in self.stages:
                self.stages[name].add((at_ms - before_ms) / 1000)


class CallFigureSink:
    """Counts one call's events. Implements `core.ports.EventSink`.

    `now_ms` returns the call clock, on which finals have their end.
    """

    def __init__(
        self,
        figures: CallFigures,
        call_id: str,
        door: str,
        used: CallUsage,
        now_ms: Callable[[], float],
    ) -> None:
        self._figures = figures
        self.call_id = call_id
        self._now_ms = now_ms
        self.door = door
        self.used = used
        self.state = CallState.CREATED

    def emit(self, event: CallEvent) -> None:
        if isinstance(event, SegmentFinal):
            self._final(event)
        elif isinstance(event, StateChanged):
            self._moved(event)
        elif isinstance(event, TurnEnded) and event.speaker is Speaker.AGENT:
            self._figures.answered(event.latency, interrupted=event.interrupted)
        elif isinstance(event, AgentFailed):
            self._figures.failed(event.code)
        elif isinstance(event, RecognitionFailed):
            self._figures.failed(RECOGNITION_FAILED)

    def _final(self, final: SegmentFinal) -> None:
        """Counts the delay of the last segment of an utterance."""
        spoken = final.speaker is Speaker.CALLER and not (final.typed or final.key)
        if spoken and not final.more:
            self._figures.final_delay.add(max(0.0, self._now_ms() - final.end_ms) / 1000)

    def _moved(self, event: StateChanged) -> None:
        figures, before = self._figures, self.state
        self.state = event.state
        if before is CallState.CREATED:
            figures.began(self)
        if event.state is CallState.RECONNECTING:
            figures.reconnecting[self.door] += 1
        if event.state in TERMINAL:
            figures.over(self.call_id, event.reason)
