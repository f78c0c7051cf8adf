"""The feed of changes: each call's newest one, in the order of commits, and none missed."""

import threading
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import OperationalError, connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from sessions_app.engine.core.events import SegmentFinal, Speaker
from sessions_app.engine.core.states import CallState, EndReason
from sessions_app.models import (
    Call,
    CallChange,
    ChangeCounter,
    ErasureCause,
    Extraction,
    Recording,
    Scorecard,
    Segment,
    Summary,
    Version,
    VersionSegment,
)
from sessions_app.models.work import WorkState
from sessions_app.services import (
    calls,
    changes,
    comments,
    corrections,
    erasure,
    erasure_work,
    extractions,
    recordings,
    redacting,
    reviews,
    scorecards,
    sharing,
    summaries,
    tags,
    tickets,
    transcripts,
    versions,
    work,
)
from tests.conftest import CallMaker
from tests.fixtures.spoken_call import spoken_call

pytestmark = pytest.mark.django_db

Told = list[tuple[str, str]]


class Reader:
    """A program that keeps a copy: it asks from where it was."""

    def __init__(self, user: User, most: int = 200) -> None:
        self._user, self._most, self.place = user, most, 0

    def ask(self) -> Told:
        told, more = [], True
        while more:
            rows, more = changes.after(self._user, self.place, self._most)
            told += [(row.call_id, row.change) for row in rows]
            self.place = rows[-1].seq or 0 if rows else self.place
        return told


def test_a_call_is_told_when_it_is_new_changed_and_erased(
    alice: User, make_call: CallMaker
) -> None:
    reader = Reader(alice)
    call = make_call(alice)
    assert reader.ask() == [(call.public_id, "created")]
    assert reader.ask() == []
    calls.move(call.public_id, CallState.CONNECTING)
    calls.move(call.public_id, CallState.FAILED, reason=EndReason.NEVER_CONNECTED)
    assert reader.ask() == [(call.public_id, "updated")]
    erasure.erase_call(call, None, ErasureCause.OWNER)
    assert reader.ask() == [(call.public_id, "erased")]
    assert CallChange.objects.count() == 1


def test_calls_come_in_the_order_of_their_newest_change(alice: User, make_call: CallMaker) -> None:
    first, second = make_call(alice), make_call(alice)
    late = Reader(alice, most=1)
    calls.rename(first, alice, "Monday")
    expected = [(second.public_id, "created"), (first.public_id, "created")]
    assert Reader(alice).ask() == expected
    calls.rename(second, alice, "Tuesday")
    expected = [(first.public_id, "created"), (second.public_id, "updated")]
    assert late.ask() == Reader(alice).ask() == expected


def test_what_is_committed_late_comes_after_what_was_read(
    alice: User, make_call: CallMaker
) -> None:
    """A row that was written first and committed last: its key is less than one that was read."""
    early, late = make_call(alice), make_call(alice)
    reader = Reader(alice)
    reader.ask()
    written_first = CallChange.objects.create(
        pk=10_000_001, call_id=early.public_id, owner=alice, change="updated", at=timezone.now()
    )
    key = written_first.pk
    written_first.delete()  # nobody sees it yet
    CallChange.objects.create(
        pk=10_000_002, call_id=late.public_id, owner=alice, change="updated", at=timezone.now()
    )
    assert reader.ask() == [(late.public_id, "updated")]
    CallChange.objects.create(
        pk=key, call_id=early.public_id, owner=alice, change="updated", at=timezone.now()
    )
    assert reader.ask() == [(early.public_id, "updated")]


@pytest.mark.django_db(transaction=True)
def test_a_transaction_that_ends_late_is_not_missed(alice: User, make_call: CallMaker) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has one writer at a time: tests/contract/test_postgresql.py")
    slow, quick = make_call(alice), make_call(alice)
    reader = Reader(alice)
    reader.ask()
    written, may_end = threading.Event(), threading.Event()

    def slowly() -> None:
        with transaction.atomic():
            calls.rename(slow, alice, "slow")
            written.set()
            assert may_end.wait(20)
        connection.close()

    thread = threading.Thread(target=slowly)
    thread.start()
    assert written.wait(20)
    calls.rename(quick, alice, "quick")
    assert reader.ask() == [(quick.public_id, "updated")]
    may_end.set()
    thread.join()
    assert reader.ask() == [(slow.public_id, "updated")]


@pytest.mark.django_db(transaction=True)
def test_readers_and_writers_at_once_miss_nothing(alice: User, make_call: CallMaker) -> None:
    made = [make_call(alice) for _ in range(4)]
    readers = [Reader(alice, most=3) for _ in range(2)]
    seen: list[dict[str, str]] = [{}, {}]
    over = threading.Event()

    def write(call: Call) -> None:
        for number in range(15):
            calls.rename(call, alice, str(number))
        connection.close()

    def read(reader: Reader, copy: dict[str, str]) -> None:
        done = False
        while not done:
            done = over.is_set()
            for call_id, _ in reader.ask():
                copy[call_id] = Call.objects.get(public_id=call_id).title
        connection.close()

    reading = [threading.Thread(target=read, args=pair) for pair in zip(readers, seen, strict=True)]
    writing = [threading.Thread(target=write, args=(call,)) for call in made]
    for thread in (*reading, *writing):
        thread.start()
    for thread in writing:
        thread.join()
    over.set()
    for thread in reading:
        thread.join()
    newest = dict.fromkeys((call.public_id for call in made), "14")
    assert seen == [newest, newest]
    numbers = list(CallChange.objects.order_by("seq").values_list("seq", flat=True))
    assert len(set(numbers)) == len(numbers) == 4
    assert ChangeCounter.objects.get().last >= 4


def test_what_is_rolled_back_is_not_told(alice: User, make_call: CallMaker) -> None:
    call = make_call(alice)
    reader = Reader(alice)
    reader.ask()
    with transaction.atomic():
        calls.rename(call, alice, "Monday")
        transaction.set_rollback(True)
    assert reader.ask() == []


def test_whose_changes_who_is_told(
    alice: User, bob: User, staff: User, make_call: CallMaker
) -> None:
    hers, his = make_call(alice).public_id, make_call(bob).public_id
    assert Reader(alice).ask() == [(hers, "created")]
    assert Reader(bob).ask() == [(his, "created")]
    reader = Reader(staff)
    assert reader.ask() == [(hers, "created"), (his, "created")]
    calls.move(his, CallState.FAILED, reason=EndReason.NEVER_CONNECTED)
    assert reader.ask() == [(his, "updated")]
    receipt = erasure.erase_user(bob, None, ErasureCause.STAFF)
    assert erasure_work.carry_out(receipt.pk)
    assert reader.ask() == [(his, "erased")]


def test_nobody_is_told_of_an_erased_call_again(alice: User, make_call: CallMaker) -> None:
    call = make_call(alice)
    calls.move(call.public_id, CallState.FAILED, reason=EndReason.NEVER_CONNECTED)
    erasure.erase_call(call, None, ErasureCause.OWNER)
    reader = Reader(alice)
    assert reader.ask() == [(call.public_id, "erased")]
    changes.updated(call.pk)
    assert reader.ask() == []


def test_a_call_that_was_taken_back_is_told_as_erased(alice: User, make_call: CallMaker) -> None:
    call = make_call(alice)
    reader = Reader(alice)
    reader.ask()
    tickets.undo_call(call.public_id)
    assert reader.ask() == [(call.public_id, "erased")]


@pytest.mark.django_db(transaction=True)
def test_a_call_that_is_taken_back_while_it_changes_is_told_as_erased(
    alice: User, make_call: CallMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has one writer at a time: tests/contract/test_postgresql.py")
    call, erased = make_call(alice), changes.erased

    def rename() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '200ms'")
        with suppress(OperationalError):  # it would wait for the other's end
            calls.rename(call, alice, "Monday")
        connection.close()

    def slowly(rows: QuerySet[Call]) -> None:
        erased(rows)
        meanwhile = threading.Thread(target=rename)
        meanwhile.start()
        meanwhile.join()

    monkeypatch.setattr(changes, "erased", slowly)
    tickets.undo_call(call.public_id)
    assert Reader(alice).ask() == [(call.public_id, "erased")]


def test_numbers_do_not_come_again(alice: User, bob: User, make_call: CallMaker) -> None:
    reader = Reader(alice)
    make_call(alice)
    reader.ask()
    CallChange.objects.all().delete()
    call = make_call(alice)
    assert reader.ask() == [(call.public_id, "created")]


def _correct(call: Call, user: User) -> None:
    corrections.correct(Segment.objects.get(call=call, seq=2), user, "otherwise")


def _accept(call: Call, user: User) -> None:
    row = VersionSegment.objects.get(version__call=call)
    VersionSegment.objects.filter(pk=row.pk).update(accepted_at=None)
    row.refresh_from_db()
    assert versions.accept(row, user)


def _take_back(call: Call, user: User) -> None:
    assert versions.take_back(VersionSegment.objects.get(version__call=call), user)


def _summarise(call: Call, user: User) -> None:
    assert summaries.ask_again(call, user)


def _fail(call: Call, _user: User) -> None:
    Summary.objects.filter(call=call).update(state=WorkState.RUNNING)
    work.fail(Summary.objects.get(call=call), "It was too long.")


def _give_up(call: Call, _user: User) -> None:
    Recording.objects.update(state=WorkState.PENDING, attempts=work.MAX_CLAIMS)
    assert work.claim(Recording, call.pk) is None


def _done(call: Call, _user: User) -> None:
    assert work.complete(Version.objects.get(call=call))


def _expire(call: Call, _user: User) -> None:
    Recording.objects.filter(call=call).update(delete_after=timezone.now())
    assert recordings.delete_expired(timezone.now()) == 1


def _erase_text(call: Call, _user: User) -> None:
    assert erasure.erase_text(call, None, ErasureCause.RULE) is not None


def _gap(call: Call, _user: User) -> None:
    calls.note_gap(call.public_id, 10, 20)


def _transport(call: Call, _user: User) -> None:
    calls.note_transport(call.public_id, "websocket")


def _length(call: Call, _user: User) -> None:
    Call.objects.update(duration_ms=None)
    calls.note_length(Call.objects.get(pk=call.pk), 7)


def _title(call: Call, user: User) -> None:
    calls.rename(call, user, "Monday")


def _undo(call: Call, user: User) -> None:
    corrections.undo(Segment.objects.get(call=call, seq=1), user)


def _tag(call: Call, user: User) -> None:
    tags.add(call, user, ["billing"])


def _comment(call: Call, user: User) -> None:
    comments.say(call, user, 0, "Who is that?", staff_only=False)


def _review(call: Call, user: User) -> None:
    assert reviews.mark(call, user, reviewed=False)


def _unscore(call: Call, user: User) -> None:
    scorecards.delete(Scorecard.objects.get(call=call), user)


def _take_other(call: Call, user: User) -> None:
    extractions.correct(Extraction.objects.get(call=call), user, {"caller_name": "Ann"})


def _take_again(call: Call, user: User) -> None:
    assert extractions.ask_again(call, user)


def _taken(call: Call, _user: User) -> None:
    assert work.complete(Extraction.objects.get(call=call))


def _hide(call: Call, user: User) -> None:
    assert redacting.hide_by_hand(call, user, 2, 0, 5)


@pytest.mark.parametrize(
    "what",
    [
        *(_undo, _tag, _comment, _review, _unscore, _take_other, _take_again, _taken, _hide),
        *(_correct, _accept, _take_back, _summarise, _fail, _give_up, _done, _expire),
        *(_erase_text, _gap, _transport, _length, _title),
    ],
)
def test_what_rest_tells_is_a_change(
    what: Callable[[Call, User], None], alice: User, own_folders: Path
) -> None:
    call = spoken_call(alice, own_folders)
    reader, before = Reader(alice), Call.objects.get().updated_at
    reader.ask()
    what(call, alice)
    assert reader.ask() == [(call.public_id, "updated")]
    assert Call.objects.get().updated_at > before


def test_beats_looks_words_and_links_are_none(alice: User, make_call: CallMaker) -> None:
    call = make_call(alice)
    reader = Reader(alice)
    reader.ask()
    calls.beat([call.public_id], timezone.now())
    words = SegmentFinal(1, Speaker.CALLER, "hello", 0.0, 100.0, (), None, "en-US")
    transcripts.append([(call.pk, words)])
    assert list(sharing.links_of(call)) == []
    assert reader.ask() == []


def test_calls_from_before_the_feed_are_in_it(alice: User, make_call: CallMaker) -> None:
    first, second = make_call(alice), make_call(alice)
    Call.objects.filter(pk=first.pk).update(ended_at=timezone.now())
    Call.objects.filter(pk=second.pk).update(erasing_at=timezone.now())
    CallChange.objects.all().delete()
    ChangeCounter.objects.all().delete()
    import_module("sessions_app.migrations.0030_number_changes").number_calls(apps, None)
    reader = Reader(alice)
    assert reader.ask() == [(first.public_id, "created")]
    first.refresh_from_db()
    assert first.updated_at == first.ended_at
    third = make_call(alice)
    assert reader.ask() == [(third.public_id, "created")]
