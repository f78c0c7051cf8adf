"""The database's own index finds what reading all texts finds, whoever wrote them, and how."""

import io
import itertools

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.sql import emit_post_migrate_signal
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sessions_app.engine.core.events import SegmentFinal, Speaker
from sessions_app.engine.text.cleaning import one_line
from sessions_app.engine.text.queries import asked
from sessions_app.models import Call, Segment
from sessions_app.services import corrections, search, transcripts
from sessions_app.services.search import postgresql, sqlite
from sessions_app.services.search.index import index_of
from tests.api import conftest as talks
from tests.conftest import CallMaker

pytestmark = pytest.mark.django_db

LETTERS = "ab \u00e9'\"*%_\\-.\u6211\u60f3\u95ee\u0e01\u0e34\u304b\u3099\ud55c"
TEXTS = st.lists(st.text(LETTERS, max_size=12), min_size=1, max_size=4)
QUERIES = st.text(LETTERS, max_size=6)


def say(call: Call, *texts: str) -> Call:
    rows = [
        (call.pk, SegmentFinal(n, Speaker.CALLER, text, 1000.0 * n, 1000.0 * n + 900))
        for n, text in enumerate(texts, start=1)
    ]
    transcripts.append(rows)
    return call


def found(query: str) -> set[int]:
    return set(search.calls_saying(Call.objects.all(), query).values_list("pk", flat=True))


def read(query: str) -> set[int]:
    """Returns what `found` should, by reading every text."""
    texts: dict[int, list[str]] = {pk: [] for pk in Call.objects.values_list("pk", flat=True)}
    for call_id, text in Segment.objects.values_list("call_id", "search_text"):
        texts[call_id].append(text)
    terms = asked(one_line(query))
    return {
        pk
        for pk, said in texts.items()
        if all(any(term.is_in(text) for text in said) for term in terms)
    }


@pytest.fixture
def two(alice: User, make_call: CallMaker) -> tuple[Call, Call]:
    return make_call(alice), make_call(alice)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TEXTS, TEXTS, st.lists(QUERIES, min_size=1, max_size=5))
def test_it_finds_what_reading_finds(
    two: tuple[Call, Call], one: list[str], other: list[str], queries: list[str]
) -> None:
    with transaction.atomic():
        for call, texts in zip(two, (one, other), strict=True):
            say(call, *texts)
        for query in queries:
            assert found(query) == read(query), query
        transaction.set_rollback(True)


SAID = (
    "the trees of the garden",
    "l\u2019\u00e9t\u00e9 (enfin)",
    "我想问一下别的事情",
    "5*3 xtree*",
)


@pytest.mark.parametrize(
    ("query", "there"),
    [
        ("tre*", True),
        ("rees*", False),
        ("rees", True),
        ("ete*", True),
        ("enf*", True),
        ("nfin*", False),
        ('"the gard*"', True),
        ("tree*", True),
        ("问一*", True),
        ("一", True),
        ("事情", True),
        ("人", False),
        ("t", True),
        ("t*", True),
        ("q", False),
        ("q*", False),
        ("5*", True),
        ("*", True),
        ("g" * 200, False),
        (f"the {'t' * 3}* x", False),
    ],
)
def test_words_begin_with_what_an_asterisk_follows(
    two: tuple[Call, Call], query: str, there: bool
) -> None:
    say(two[0], *SAID)
    say(two[1], "nothing")
    assert (two[0].pk in found(query)) is there
    assert found(query) == read(query)


def test_a_text_longer_than_what_is_looked_for_is_compared_in_full(two: tuple[Call, Call]) -> None:
    for call, end in zip(two, ("one", "two"), strict=True):
        say(call, f"{'so long a text ' * 6}{end}")
    assert found(f'"{"so long a text " * 6}two"') == {two[1].pk}


def test_every_kind_of_write_is_found_at_once(two: tuple[Call, Call]) -> None:
    call = say(two[0], "one zebra", "two", "three")
    rows = Segment.objects.filter(call=call)
    rows.filter(seq=2).update(search_text="a walrus")
    assert (found("walrus"), found("two")) == ({call.pk}, set())
    rows.filter(seq=3).update(call=two[1])
    assert found("three") == {two[1].pk}
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM sessions_app_segment WHERE search_text LIKE '%%zebra%%'")
    assert found("zebra") == set()
    Segment.objects.filter(call=two[1])._raw_delete(Segment.objects.db)
    assert found("three") == set()
    call.delete()
    assert found("walrus") == set()


def test_a_write_that_is_taken_back_leaves_nothing(two: tuple[Call, Call]) -> None:
    with transaction.atomic():
        say(two[0], "a zebra")
        transaction.set_rollback(True)
    assert found("zebra") == set()


def test_what_was_heard_otherwise_than_it_is_written_is_found(two: tuple[Call, Call]) -> None:
    final = SegmentFinal(1, Speaker.AGENT, "It costs 5 €.", 0.0, 900.0, heard_text="it costs five")
    transcripts.append([(two[0].pk, final)])
    assert found("costs five") == found('"costs 5"') == {two[0].pk}


def test_a_row_made_keeps_its_own_key(two: tuple[Call, Call]) -> None:
    say(two[0], "first")
    made = Segment.objects.create(
        call=two[1], seq=7, speaker="caller", text="second", start_ms=0, end_ms=1
    )
    assert Segment.objects.get(call=two[1]).pk == made.pk


def test_the_best_place_is_where_people_read_it(two: tuple[Call, Call], staff: User) -> None:
    call = say(two[0], "trees", "streets", "the tree")
    talks.end(call)
    corrections.correct(call.segments.get(seq=1), staff, "bees")
    assert search.best_segments([call], "tree")[call.pk].seq == 3
    assert search.best_segments([call], "tree*")[call.pk].seq == 3


def test_the_command_makes_it_anew(two: tuple[Call, Call]) -> None:
    say(two[0], "one zebra", "two")
    out = io.StringIO()
    call_command("search_index", stdout=out)
    assert "complete: 0 segments" in out.getvalue()
    if connection.vendor == "postgresql":
        return  # its index cannot be made within a test's transaction
    call_command("search_index", "--rebuild", stdout=out)
    assert "complete: 2 segments" in out.getvalue()
    assert found("zebra") == {two[0].pk}


def on_sqlite() -> sqlite.SqliteIndex:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL itself does this")
    index = index_of("default")
    assert isinstance(index, sqlite.SqliteIndex)
    return index


def test_what_changes_while_it_is_filled_is_found(
    two: tuple[Call, Call], monkeypatch: pytest.MonkeyPatch
) -> None:
    index = on_sqlite()
    monkeypatch.setattr(sqlite, "BATCH", 2)
    say(two[0], "one", "two", "three", "four", "five", "six")
    index.empty()
    rows = Segment.objects.filter(call=two[0])
    steps = itertools.count()

    def meanwhile(_count: int) -> None:
        if next(steps) == 0:
            assert not index.is_ready()
            assert found("four") == {two[0].pk}
            for seq in (1, 4):
                rows.filter(seq=seq).update(search_text=f"changed{seq}")
            rows.filter(seq__in=[2, 6]).delete()
            say(two[1], "seven")

    index.fill(meanwhile)
    assert index.is_ready()
    for gone in ("one", "two", "four", "six"):
        assert found(gone) == set(), gone
    for there in ("three", "five", "changed1", "changed4"):
        assert found(there) == {two[0].pk}, there
    assert found("seven") == {two[1].pk}
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {sqlite.TABLE}({sqlite.TABLE}) VALUES ('integrity-check')")


def test_without_an_index_searches_read_the_texts(two: tuple[Call, Call]) -> None:
    on_sqlite().remove()
    say(two[0], "a zebra")
    assert not index_of("default").is_ready()
    assert found("zebra") == found("zeb*") == {two[0].pk}


def test_triggers_that_a_migration_took_away_are_made_again(two: tuple[Call, Call]) -> None:
    on_sqlite()
    with connection.cursor() as cursor:
        for name in sqlite.TRIGGERS:
            cursor.execute(f"DROP TRIGGER {name}")
    emit_post_migrate_signal(verbosity=0, interactive=False, db="default")
    assert found("zebra") == set()
    say(two[0], "a zebra")
    assert found("zebra") == {two[0].pk}


def test_what_is_common_is_read_on_postgresql(
    two: tuple[Call, Call], monkeypatch: pytest.MonkeyPatch
) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("of PostgreSQL")
    index = index_of("default")
    (term,) = asked("zebra")
    assert not index.saying([term])[1]
    monkeypatch.setattr(postgresql, "MOST_SHARE", -1)
    assert index.saying([term])[1] == [term]
    say(two[0], "a zebra")
    assert found("zebra") == {two[0].pk}


def test_what_nearly_every_call_has_is_read_where_only_some_calls_are_wanted(
    two: tuple[Call, Call], monkeypatch: pytest.MonkeyPatch
) -> None:
    say(two[0], *["a zebra"] * 3)
    index, (term,) = index_of("default"), asked("zebra")
    if connection.vendor == "postgresql":
        monkeypatch.setattr(index, "_is_common", lambda _grams, first: first == 1)
    else:
        monkeypatch.setattr(sqlite, "PROBED", 3)
        monkeypatch.setattr(sqlite, "DENSE", 3)
        assert index.saying([term], 1)[1] == []  # there is a call without it
        say(two[1], *["a zebra"] * 3)
    assert index.saying([term], 1)[1] == [term]
    assert index.saying([term])[1] == []
    calls = search.calls_saying(Call.objects.order_by("pk"), "zebra", first=1)
    assert calls[0] == two[0]
