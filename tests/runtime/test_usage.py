"""A call's counts are stored at its end, and now and then before."""

from collections.abc import Callable
from typing import Any, cast

from sessions_app.engine.core.events import SegmentFinal, Speaker, StateChanged
from sessions_app.engine.core.states import CallState
from sessions_app.engine.core.usage import CallUsage
from sessions_app.engine.stt.engines.scripted import ScriptedRecogniser
from sessions_app.runtime.store import Store
from sessions_app.runtime.usage import EVERY_S, UsageSink, name_of
from sessions_app.services import usage

SEGMENT = SegmentFinal(1, Speaker.CALLER, "Hello.", 0, 900)


class Posts:
    """Stands in for the store: keeps what is posted."""

    def __init__(self) -> None:
        self.told: list[tuple[Any, ...]] = []

    def post_newest(self, call_id: str, key: str, function: Callable[..., Any], *args: Any) -> None:
        self.told.append((call_id, key, function, *args))


def test_they_are_posted_as_they_are_then() -> None:
    posts, used, now = Posts(), CallUsage(), [100.0]
    sink = UsageSink(cast("Store", posts), 7, "abc", used, lambda: now[0])
    sink.emit(StateChanged(CallState.ACTIVE))
    used.spoke("default", "", 12)
    sink.emit(SEGMENT)
    assert posts.told == []
    now[0] += EVERY_S
    early = used.parts()
    sink.emit(SEGMENT)
    sink.emit(SEGMENT)
    assert posts.told == [("abc", "usage", usage.keep, 7, early)]
    used.asked("m", 3, 4)
    sink.emit(StateChanged(CallState.ENDING))
    whole = used.parts()
    sink.emit(StateChanged(CallState.ENDED))
    used.asked("m", 99, 99)
    assert posts.told[1:] == [("abc", "usage", usage.keep, 7, whole)]


def test_a_recogniser_that_stands_in_is_named() -> None:
    class Out(ScriptedRecogniser):
        serving_name = "scripted"

    recogniser = Out()
    told = name_of("my own", recogniser)
    assert told() == "my own"
    recogniser.serving_name = "pocketsphinx"
    assert told() == "pocketsphinx"
