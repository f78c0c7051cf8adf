"""Stores what a live call uses: at its end, and now and then before, as its process may die."""

import time
from collections.abc import Callable

from sessions_app.engine.core.events import CallEvent, SegmentFinal, StateChanged, TurnEnded
from sessions_app.engine.core.states import TERMINAL
from sessions_app.engine.core.usage import CallUsage
from sessions_app.engine.stt.base import Recogniser
from sessions_app.runtime.store import Store
from sessions_app.services import usage

EVERY_S = 60.0
"""Between two writes of a live call's counts.

Lower writes more; higher loses more of the counts of a call whose process dies.
"""


class UsageSink:
    """Posts one call's counts to the store. Implements `core.ports.EventSink`.

    Add it before the `StoreSink`, so that the counts are stored before the call's end is.
    """

    def __init__(
        self,
        store: Store,
        call_pk: int,
        call_id: str,
        used: CallUsage,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._call_pk = call_pk
        self._call_id = call_id
        self._used = used
        self._clock = clock
        self._posted_s = clock()

    def emit(self, event: CallEvent) -> None:
        ends = isinstance(event, StateChanged) and event.state in TERMINAL
        if ends or (isinstance(event, SegmentFinal | TurnEnded) and self._is_due()):
            self._posted_s = self._clock()
            parts = self._used.parts()
            self._store.post_newest(self._call_id, "usage", usage.keep, self._call_pk, parts)

    def _is_due(self) -> bool:
        return self._clock() - self._posted_s >= EVERY_S


def name_of(key: str, recogniser: Recogniser) -> Callable[[], str]:
    """Returns what tells who hears: VOICE['RECOGNISERS'][key], or the engine that stands in."""

    def name() -> str:
        serving = recogniser.serving_name
        return key if serving == recogniser.name else serving

    return name
