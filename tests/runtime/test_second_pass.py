import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User

from sessions_app import tasks
from sessions_app.engine.core.errors import RecogniserError, RecogniserUnavailableError
from sessions_app.engine.core.events import Hypothesis, SegmentFinal, Speaker, Word
from sessions_app.engine.core.frames import AudioFrame
from sessions_app.engine.core.states import CallState, EndReason
from sessions_app.engine.recording.lanes import LaneRecorder
from sessions_app.engine.stt.engines.scripted import ScriptedRecogniser, ScriptedStream
from sessions_app.models import Call, Recording, Segment, Summary, Version
from sessions_app.models.work import WorkState
from sessions_app.runtime import finalising, second_pass
from sessions_app.services import calls, redacting, transcripts, versions
from tests.conftest import CallMaker
from tests.fixtures.speech import read_wav
from tests.runtime.test_finalising import FileSink

pytestmark = pytest.mark.django_db(transaction=True)

SENTENCES = ("good morning and welcome to the meeting", "the weather is very nice today")
SCRIPTED = "sessions_app.engine.stt.engines.scripted.ScriptedRecogniser"


class Finnish(ScriptedRecogniser):
    """Knows another language than the one that looks for lost words."""

    capabilities = replace(ScriptedRecogniser.capabilities, languages=frozenset({"fi-FI"}))

    def open(self, language: str, phrases: Sequence[str] = ()) -> ScriptedStream:
        return ScriptedStream(["kaksi", "kolme"])


async def keep_lane(path: Path, wav: Path) -> None:
    samples, recorder = read_wav(wav), LaneRecorder(FileSink(path))
    for at in range(0, len(samples), 320):
        recorder.add(AudioFrame(samples[at : at + 320], 16_000, at / 16))
    await recorder.aclose()


@pytest.fixture
def spoken(
    alice: User, make_call: CallMaker, own_folders: Path, say: Callable[..., Path]
) -> Callable[..., Call]:
    """Returns what makes an ended call in which both sentences were said."""

    def make(reason: EndReason = EndReason.CALLER_HUNG_UP) -> Call:
        call = make_call(alice, consented=True)
        lane = own_folders / "lanes" / call.public_id / "caller.ogg"
        asyncio.run(keep_lane(lane, say(*SENTENCES, lead_s=0.5, tail_s=0.8)))
        first = SegmentFinal(1, Speaker.CALLER, "good morning and welcome", 500, 2700)
        transcripts.append([(call.pk, first)])
        for state in (CallState.CONNECTING, CallState.ACTIVE, CallState.ENDING, CallState.ENDED):
            calls.move(call.public_id, state, reason=reason)
        call.refresh_from_db()
        finalising.record(call)
        return call

    return make


def texts(version: Version) -> list[tuple[int | None, str]]:
    return [(row.seq, row.text) for row in version.segments.order_by("start_ms")]


@pytest.mark.recogniser
def test_the_recording_is_recognised_lane_by_lane(spoken: Any, staff: User) -> None:
    call = spoken()
    version = versions.ask(call, staff, "thorough")
    assert version is not None
    tasks.retranscribe_call(version.pk)
    version.refresh_from_db()
    assert (version.state, version.error) == (WorkState.DONE, "")
    assert texts(version) == [
        (1, "Good morning and welcome to the meeting."),
        (None, "The weather is very nice today."),
    ]
    words = version.segments.get(seq=None).words
    assert [word["text"] for word in words] == SENTENCES[1].split()
    assert words[0]["start_ms"] > 3000
    assert Segment.objects.filter(call=call).count() == 1


@pytest.mark.recogniser
def test_words_that_a_crash_lost_are_filled_in_and_summed_up(spoken: Any) -> None:
    call = spoken(EndReason.SERVER_DIED)
    finalising.summarise(call)
    version = Version.objects.get()
    assert version.purpose == "lost"
    tasks.retranscribe_call(version.pk)
    tasks.retranscribe_call(version.pk)
    said = Segment.objects.filter(call=call).order_by("start_ms")
    assert [(s.source, s.text) for s in said] == [
        ("live", "good morning and welcome"),
        ("second_pass", "The weather is very nice today."),
    ]
    assert Summary.objects.get().state == WorkState.PENDING


def test_an_engine_of_anybody_does_it(spoken: Any, staff: User, settings: Any) -> None:
    entry = {"BACKEND": SCRIPTED, "OPTIONS": {"texts": ["one two", "three"]}}
    settings.VOICE = {
        **settings.VOICE,
        "RECOGNISERS": {**settings.VOICE["RECOGNISERS"], "other": entry},
    }
    version = versions.ask(spoken(), staff, "other")
    assert version is not None
    second_pass.retranscribe(version.pk)
    assert texts(version) == [(1, "One two."), (None, "Three.")]


@pytest.mark.parametrize("recogniser", ["nobody", "thorough"])
def test_what_cannot_be_done_says_why(spoken: Any, staff: User, recogniser: str) -> None:
    call = spoken()
    Call.objects.update(language="fi-FI")
    version = versions.ask(call, staff, recogniser)
    assert version is not None
    for _ in range(3):
        second_pass.retranscribe(version.pk)
        Version.objects.filter(state=WorkState.PENDING).update(leased_until=None)
    version.refresh_from_db()
    assert version.state == WorkState.FAILED
    assert ("nobody" if recogniser == "nobody" else "fi-FI") in version.error


def test_in_another_language_lost_words_are_the_calls_own_recognisers_work(
    spoken: Any, settings: Any
) -> None:
    settings.VOICE = {
        **settings.VOICE,
        "RECOGNISERS": {**settings.VOICE["RECOGNISERS"], "own": {"BACKEND": f"{__name__}.Finnish"}},
    }
    call = spoken(EndReason.SERVER_DIED)
    Call.objects.update(language="fi-FI", recogniser="own")
    version = Version.objects.get(call=call)
    second_pass.retranscribe(version.pk)
    version.refresh_from_db()
    assert (version.state, version.error) == (WorkState.DONE, "")
    assert texts(version) == [(versions.ADDED_FROM + 1, "Kaksi.")]


class Absent(ScriptedRecogniser):
    """Is not installed."""

    def __init__(self) -> None:
        raise RecogniserError("It needs a package.")


class Damaged(ScriptedRecogniser):
    """Has a model that cannot be loaded."""

    async def start(self) -> None:
        raise RecogniserError("The model is not whole.")


class Dying(ScriptedRecogniser):
    """Has a process that ends with each stream."""

    def open(self, language: str, phrases: Sequence[str] = ()) -> ScriptedStream:
        raise RecogniserUnavailableError("Its process died.")


class Calm(ScriptedRecogniser):
    """Hears the lost words, and only where it was told that nobody waits."""

    calm = False

    def unhurried(self) -> None:
        self.calm = True

    async def start(self) -> None:
        assert self.calm

    def open(self, language: str, phrases: Sequence[str] = ()) -> ScriptedStream:
        return ScriptedStream(["two", "three"])


@pytest.mark.parametrize("first", ["Absent", "Damaged", "Dying", "Finnish", "gone"])
def test_lost_words_are_the_work_of_the_best_that_can(
    spoken: Any, settings: Any, first: str
) -> None:
    names = ("Absent", "Damaged", "Dying", "Finnish", "Calm")
    entries = {name: {"BACKEND": f"{__name__}.{name}", "WRAPPERS": []} for name in names}
    settings.VOICE = {
        **settings.VOICE,
        "RECOGNISERS": {**settings.VOICE["RECOGNISERS"], **entries},
        "SECOND_PASS": [first, "Calm", "thorough"],
    }
    version = Version.objects.get(call=spoken(EndReason.SERVER_DIED))
    assert version.recogniser == first
    second_pass.retranscribe(version.pk)
    version.refresh_from_db()
    assert (version.state, version.error) == (WorkState.DONE, "")
    assert version.recogniser == "Calm"
    assert [text for _, text in texts(version)] == ["Two."]


def test_what_is_hidden_is_not_heard_again(spoken: Any, staff: User) -> None:
    call = spoken()
    redacting.hide_by_hand(call, staff, 1, 0, 4)
    version = versions.ask(call, staff, "thorough")
    assert version is not None
    tasks.retranscribe_call(version.pk)
    second_pass.retranscribe(version.pk)
    version.refresh_from_db()
    assert (version.state, version.error) == (WorkState.PENDING, second_pass.SOUND_FIRST)
    assert texts(version) == []


def test_a_recording_that_is_gone_says_so(spoken: Any, staff: User) -> None:
    version = versions.ask(spoken(), staff, "thorough")
    assert version is not None
    Recording.objects.update(file="")
    second_pass.retranscribe(version.pk)
    version.refresh_from_db()
    assert "no recording" in version.error


def test_what_must_wait_is_left_alone(alice: User, make_call: CallMaker) -> None:
    versions.schedule_lost_words(make_call(alice, consented=True).public_id)
    version = Version.objects.get()
    tasks.retranscribe_call(version.pk)
    version.refresh_from_db()
    assert (version.state, version.attempts) == (WorkState.PENDING, 0)


def test_a_piece_of_a_second_pass_begins_as_its_sentence_does() -> None:
    text = "how are you today, my friend. fine, and what will you do now"
    texts = [word.strip(".,") for word in text.split()]
    # so long that it is cut within the first sentence, too
    times = [3500.0 * n + (900 if n in {4, 6} else 0) for n in range(len(texts))]
    words = tuple(Word(w, at, at + 1000) for w, at in zip(texts, times, strict=True))
    final = Hypothesis(text, True, 0.0, 46_000.0, words, None, "en")
    shown = " | ".join(row.text for row in second_pass._added([final], "", "en"))
    assert shown.startswith("How are you today,")
    assert "friend. | Fine, and" in shown
    assert " | my friend." in shown
