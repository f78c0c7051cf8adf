"""Translates a call's events into calls of the turn manager."""

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
    """Passes `event` to the turn manager and returns its actions.

    None, without asking it, for an event that no turn depends on. `now_ms` is the call clock.
    """
    if getattr(event, "speaker", None) is not Speaker.CALLER:
        return None
    if isinstance(event, SpeechStarted | SpeechEnded | SpeechPaused | SpeechResumed):
        return _on_vad_event(manager, event, now_ms)
    if isinstance(event, TurnJudged):
        return manager.on_turn_model(event.finished, event.at_ms, now_ms)
    return _on_words(manager, event, now_ms)


def _on_vad_event(
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


def _on_words(manager: TurnManager, event: CallEvent, now_ms: float) -> list[Action] | None:
    match event:
        case InterimChanged(whole=True):
            sure = {"sure": event.sure, "confidence": event.confidence}
            return manager.on_whole(event.text, event.end_ms, now_ms, **sure)
        case InterimChanged():
            return manager.on_interim(event.text, now_ms)
        case SegmentFinal(more=True):
            return []  # the utterance's last segment brings all of its text
        case SegmentFinal(typed=False):
            sure = {"sure": event.sure, "confidence": event.confidence}
            return manager.on_final(event.utterance or event.text, event.end_ms, now_ms, **sure)
        case NothingSaid():
            return manager.on_final("", event.end_ms, now_ms)
    return None
