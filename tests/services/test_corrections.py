"""Corrections: who may, what is kept of them, undo, and two people at one line."""

import threading
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.utils import timezone

from sessions_app.engine.core.errors import UnknownCallError
from sessions_app.engine.core.events import SegmentFinal, Speaker, Word
from sessions_app.models import AccessLog, Call, Segment, SegmentRevision, Summary
from sessions_app.runtime import finalising
from sessions_app.services import corrections, exports, search, summaries, transcripts
from tests.api.conftest import call, end, ended, summary  # noqa: F401 - fixtures
from tests.conftest import CallMaker

pytestmark = pytest.mark.django_db


@pytest.fixture
def line(ended: Call) -> Segment:  # noqa: F811
    """ "hello there", by the caller, from 0 to 1500 ms."""
    return Segment.objects.get(call=ended, seq=1)


def told(line: Segment) -> list[tuple[int, str, str, bool]]:
    rows = SegmentRevision.objects.filter(segment=line).order_by("number")
    return [(row.number, row.before, row.after, row.is_corrected) for row in rows]


def test_a_correction_is_read_and_what_was_recognised_stays(line: Segment, staff: User) -> None:
    now = corrections.correct(line, staff, " Hello  hare.\x00\u202e ")
    assert (now.shown_text, now.text, now.edited_by) == ("Hello hare.", "hello there", staff)
    assert now.edited_at is not None
    line.refresh_from_db()
    assert (line.shown_text, line.revision, line.word_count) == ("Hello hare.", 1, 2)
    assert told(line) == [(1, "hello there", "Hello hare.", True)]
    row = line.revisions.get()
    assert (row.by, row.at, row.was_corrected) == (staff, line.edited_at, False)
    entry = AccessLog.objects.get()
    assert (entry.action, entry.detail, entry.user) == ("edited", "segment 1", staff)


@pytest.mark.parametrize("back", ["", "  ", "hello there"])
def test_a_correction_is_taken_back(line: Segment, staff: User, back: str) -> None:
    corrections.correct(line, staff, "Hello hare.")
    now = corrections.correct(line, staff, back)
    assert (now.shown_text, now.edited_text, now.edited_by) == ("hello there", "", None)
    assert (now.edited_at, now.is_corrected) == (None, False)
    assert told(line)[1:] == [(2, "Hello hare.", "hello there", False)]


def test_what_changes_nothing_is_no_revision(line: Segment, staff: User) -> None:
    assert corrections.correct(line, staff, "hello there").revision == 0
    assert corrections.correct(line, staff, "Hello.").revision == 1
    assert corrections.correct(line, staff, "Hello. ").revision == 1
    assert AccessLog.objects.count() == 1


def test_that_nothing_was_said_is_a_correction_too(line: Segment, staff: User) -> None:
    now = corrections.correct(line, staff, "", nothing_said=True)
    assert (now.shown_text, now.is_corrected, now.is_shown, now.word_count) == ("", True, False, 0)
    assert now.shown_words == []
    shown = search.SHOWN
    assert Segment.objects.annotate(shown=shown).values_list("shown", flat=True)[0] == ""
    assert "hello there" not in [row.text for row in exports.rows(line.call)]
    assert corrections.undo(now, staff).shown_text == "hello there"


def test_an_undo_is_a_revision_and_goes_back_step_by_step(
    line: Segment, staff: User, alice: User
) -> None:
    for text in ("one", "two", "three"):
        corrections.correct(line, staff, text)
    assert [corrections.undo(line, alice).shown_text for _ in range(3)] == [
        "two",
        "one",
        "hello there",
    ]
    with pytest.raises(corrections.NothingToUndoError, match="line 1"):
        corrections.undo(line, alice)
    rows = list(corrections.history(line))
    assert [row.number for row in rows] == [6, 5, 4, 3, 2, 1]
    assert [row.undoes.number if row.undoes else None for row in rows[:4]] == [1, 2, 3, None]
    assert rows[3].undone_by == rows[2]
    assert {row.by for row in rows[:3]} == {alice}
    corrections.correct(line, staff, "four")
    assert corrections.undo(line, alice).shown_text == "hello there"
    assert AccessLog.objects.filter(detail="segment 1, undone").count() == 4


def test_the_second_of_two_is_told_what_the_first_wrote(
    line: Segment, staff: User, alice: User
) -> None:
    corrections.correct(line, staff, "hare", expected=0)
    with pytest.raises(corrections.StaleRevisionError) as refused:
        corrections.correct(line, alice, "chair", expected=0)
    with pytest.raises(corrections.StaleRevisionError) as refused_to_undo:
        corrections.undo(line, alice, expected=0)
    for now in (refused.value.segment, refused_to_undo.value.segment):
        assert (now.shown_text, now.revision, now.edited_by) == ("hare", 1, staff)
    corrections.correct(line, alice, "chair", expected=1)
    assert told(line) == [(1, "hello there", "hare", True), (2, "hare", "chair", True)]


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_is_told(alice: User, staff: User, make_call: CallMaker) -> None:
    spoken = make_call(alice)
    transcripts.append([(spoken.pk, SegmentFinal(1, Speaker.CALLER, "hello there", 0, 900))])
    end(spoken)
    line = Segment.objects.get()
    both = threading.Barrier(2)
    refused: list[str] = []

    def write(user: User, text: str) -> None:
        both.wait()
        try:
            corrections.correct(line, user, text, expected=0)
        except corrections.StaleRevisionError:
            refused.append(text)
        finally:
            connection.close()

    threads = [
        threading.Thread(target=write, args=given) for given in ((alice, "hare"), (staff, "chair"))
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    (lost,) = refused
    kept = "chair" if lost == "hare" else "hare"
    assert told(line) == [(1, "hello there", kept, True)]


def test_a_second_pass_changes_what_an_editor_saw(line: Segment, staff: User) -> None:
    given = {"revised_text": "hallo there", "revised_words": [], "revised_at": timezone.now()}
    transcripts.revise(line.call, 1, **given)
    with pytest.raises(corrections.StaleRevisionError) as refused:
        corrections.correct(line, staff, "Hello hare.", expected=0)
    assert refused.value.segment.shown_text == "hallo there"
    # what was recognised first is a correction now
    now = corrections.correct(line, staff, "hello there")
    assert (now.shown_text, now.is_corrected) == ("hello there", True)


def test_live_calls_are_refused(call: Call, staff: User) -> None:  # noqa: F811
    line = Segment.objects.get(call=call, seq=1)
    with pytest.raises(corrections.StillLiveError, match="once it has ended"):
        corrections.correct(line, staff, "x")
    with pytest.raises(corrections.StillLiveError):
        corrections.undo(line, staff)
    assert not SegmentRevision.objects.exists()


def test_of_what_is_being_erased_nothing_is_corrected(line: Segment, staff: User) -> None:
    Call.everything.filter(pk=line.call_id).update(erasing_at=timezone.now())
    with pytest.raises(UnknownCallError):
        corrections.correct(line, staff, "x")
    Call.everything.update(erasing_at=None)
    Segment.objects.all().delete()
    with pytest.raises(UnknownCallError):
        corrections.correct(line, staff, "x")


def test_the_words_of_a_correction_are_where_they_are_heard(
    alice: User, staff: User, make_call: CallMaker
) -> None:
    spoken = make_call(alice)
    said = ["we", "met", "two", "friday"]
    words = tuple(Word(word, 100 * n, 100 * n + 80, 0.4) for n, word in enumerate(said))
    final = SegmentFinal(1, Speaker.CALLER, "We met two friday.", 0, 400, words, 0.4)
    transcripts.append([(spoken.pk, final)])
    end(spoken)
    now = corrections.correct(Segment.objects.get(), staff, "We met on Friday.")
    assert [(word["text"], word["start_ms"], word["confidence"]) for word in now.shown_words] == [
        ("We", 0, 0.4),
        ("met", 100, 0.4),
        ("on", 200, None),
        ("Friday.", 300, 0.4),
    ]


def test_who_may(ended: Call, alice: User, bob: User, staff: User, settings: Any) -> None:  # noqa: F811
    clerk = User.objects.create_user("clerk", is_staff=True)
    clerk.user_permissions.add(Permission.objects.get(codename="correct_transcript"))
    people = (alice, bob, staff, clerk)
    assert [corrections.may_correct(user, ended) for user in people] == [True, False, True, False]
    settings.VOICE = {**settings.VOICE, "CORRECT_BY_OWNER": False}
    assert [corrections.may_correct(user, ended) for user in people] == [False, False, True, False]


def test_a_summary_is_older_than_a_correction_until_it_is_made_again(
    line: Segment, staff: User, alice: User
) -> None:
    finalising.summarise(line.call)
    made = Summary.objects.get()
    assert not summaries.is_outdated(made)
    assert not summaries.may_ask_again(alice, line.call)
    corrections.correct(line, staff, "please buy the xylophone tomorrow")
    assert summaries.is_outdated(Summary.objects.get())
    assert summaries.may_ask_again(alice, line.call)
    assert summaries.ask_again(line.call, alice)
    finalising.summarise(line.call)
    anew = Summary.objects.get()
    assert (anew.text_revision, summaries.is_outdated(anew)) == (1, False)
    assert "xylophone" in f"{anew.text} {anew.key_points} {anew.action_items}"


def test_what_is_corrected_while_a_summary_is_made_makes_it_older(
    line: Segment, staff: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = exports.rows

    def reading(call: Call) -> Any:  # noqa: F811
        found = rows(call)
        corrections.correct(line, staff, "Hello hare.")
        return found

    monkeypatch.setattr(exports, "rows", reading)
    finalising.summarise(line.call)
    assert summaries.is_outdated(Summary.objects.get())


def test_a_segment_that_is_stored_again_keeps_its_correction(line: Segment, staff: User) -> None:
    corrections.correct(line, staff, "", nothing_said=True)
    final = SegmentFinal(1, Speaker.CALLER, "hello there", 0, 1500)
    transcripts.append([(line.call_id, final)])
    line.refresh_from_db()
    assert (line.shown_text, line.word_count, line.revision) == ("", 0, 1)
