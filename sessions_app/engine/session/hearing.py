"""What the turn manager is told of a call's events."""

from sessions_app.engine.core.events import (
    CallEvent,
    InterimChanged,
    NothingSaid,
    SegmentFinal,
    Speaker,
    SpeechEnded,
    SpeechPaused,
    SpeechResumed,
    SpeechStarted,
    TurnJudged,
)
from sessions_app.engine.turns.actions import Action
from sessions_app.engine.turns.manager import TurnManager


def actions_for(manager: TurnManager, event: CallEvent, now_ms: float) -> list[Action] | None:
    """Returns what is to be done about `event`; None for what no turn depends on."""
    if getattr(event, "speaker", None) is not Speaker.CALLER:
        return None
    if isinstance(event, SpeechStarted | SpeechEnded | SpeechPaused | SpeechResumed):
        return _by_ear(manager, event, now_ms)
    if isinstance(event, TurnJudged):
        return manager.on_turn_model(event.finished, event.at_ms, now_ms)
    return _by_words(manager, event, now_ms)


def _by_ear(
    manager: TurnManager,
    event: SpeechStarted | SpeechEnded | SpeechPaused | SpeechResumed,
    now_ms: float,
) -> list[Action]:
    match event:
        case SpeechStarted():
            return manager.on_speech_started(event.at_ms, now_ms)
        case SpeechEnded():
            return manager.on_speech_ended(event.at_ms, now_ms)
        case SpeechPaused():
            return manager.on_pause(event.at_ms, now_ms)
        case SpeechResumed():
            return manager.on_resume(event.at_ms, now_ms)


def _by_words(manager: TurnManager, event: CallEvent, now_ms: float) -> list[Action] | None:
    match event:
        case InterimChanged(whole=True):
            sure = {"sure": event.sure, "confidence": event.confidence}
            return manager.on_whole(event.text, event.end_ms, now_ms, **sure)
        case InterimChanged():
            return manager.on_interim(event.text, now_ms)
        case SegmentFinal(more=True):
            return []  # all of the utterance is told with its last segment
        case SegmentFinal(typed=False):
            sure = {"sure": event.sure, "confidence": event.confidence}
            return manager.on_final(event.utterance or event.text, event.end_ms, now_ms, **sure)
        case NothingSaid():
            return manager.on_final("", event.end_ms, now_ms)
    return None
