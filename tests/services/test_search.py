import importlib
import unicodedata
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from sessions_app.engine.core.events import SegmentFinal, Speaker
from sessions_app.models import Call, Segment
from sessions_app.services import corrections, search, transcripts
from tests.api.conftest import end
from tests.conftest import CallMaker

pytestmark = pytest.mark.django_db


@pytest.fixture
def trees(alice: User, make_call: CallMaker) -> Call:
    """A call in which the words are said twice, and one segment was corrected."""
    call = talk(make_call(alice), "the trees of the garden", "More Trees", "ÄPFEL 50% off_er")
    end(call)
    return call


@pytest.fixture
def other(alice: User, make_call: CallMaker) -> Call:
    return talk(make_call(alice), "nothing of that kind")


def talk(call: Call, *texts: str) -> Call:
    rows = [
        (call.pk, SegmentFinal(n, Speaker.CALLER, text, 1000.0 * n, 1000.0 * n + 900))
        for n, text in enumerate(texts, start=1)
    ]
    transcripts.append(rows)
    return call


@pytest.mark.parametrize(
    "text",
    [
        "trees",
        "TREES",
        " the  trees\n",
        "tree",
        "more garden",
        "“of the” MORE",
        'äpfel "',
        '"more',
        "äpfel",
        "Äpfel",
        "50%",
        "off_er",
        "trees\x00",
    ],
)
def test_calls_are_found_once_by_what_was_said(trees: Call, other: Call, text: str) -> None:
    assert list(search.calls_saying(Call.objects.all(), text)) == [trees]


@pytest.mark.parametrize(
    "text", ["bees", "5%f", "of_er", "tr.es", "ä.fel", '"garden More"', "trees bees"]
)
def test_what_was_not_said_finds_nothing(trees: Call, other: Call, text: str) -> None:
    assert not search.calls_saying(Call.objects.all(), text).exists()


def test_the_segment_with_most_of_the_words_is_shown(trees: Call, other: Call) -> None:
    calls = Call.objects.order_by("pk")
    found = {text: search.best_segments(calls, text) for text in ("trees", "more trees", "x y", "")}
    assert found["trees"][trees.pk].seq == 1
    assert found["more trees"][trees.pk].seq == 2
    assert other.pk not in found["trees"]
    assert found["x y"] == found[""] == {}


def test_a_thousand_words_are_no_harder_than_ten(trees: Call) -> None:
    many = " ".join(f"w{n}" for n in range(1000))
    assert not search.calls_saying(Call.objects.all(), many).exists()
    assert search.calls_saying(Call.objects.all(), f"garden {'a ' * 500}").exists()


def test_an_empty_text_fits_all(trees: Call, other: Call) -> None:
    assert search.calls_saying(Call.objects.all(), " \n ").count() == 2


def test_only_given_calls_are_searched(trees: Call, other: Call) -> None:
    assert not search.calls_saying(Call.objects.filter(pk=other.pk), "trees").exists()


def test_corrections_are_found_and_so_is_what_they_replaced(trees: Call, staff: User) -> None:
    corrections.correct(trees.segments.get(seq=2), staff, "More bees please")
    for text in ("bees please", "more trees"):
        assert search.calls_saying(Call.objects.all(), text).exists()


def test_words_are_counted_as_people_read_them(
    trees: Call, alice: User, staff: User, make_call: CallMaker
) -> None:
    silent = make_call(alice)
    talk(silent, "")
    corrections.correct(trees.segments.get(seq=2), staff, "More bees please")
    counted: Any = search.with_word_count(Call.objects.filter(pk__in=[trees.pk, silent.pk]))
    assert dict(counted.values_list("pk", "word_count")) == {trees.pk: 5 + 3 + 3, silent.pk: 0}
    assert counted.order_by("-word_count").first() == trees


SAID = (
    "I don't like the café",
    "Wir fahren über die Straße",
    "我想问一下别的事情",
    "Tôi muốn hỏi một điều",
    "می\u200cخواهم بپرسم",
    "각각 다르다",
)


@pytest.mark.parametrize(
    "query",
    [
        "i don\u2019t",
        "I DON\u02bcT LIKE",
        "the cafe\u0301",
        "CAFÉ",
        "ÜBER DIE STRASSE",
        "u\u0308ber",
        "问一下别的",
        "ｄｏｎ＇ｔ",
        unicodedata.normalize("NFD", "điều"),
        "میخواهم",
        unicodedata.normalize("NFD", "각각"),
        "the cafe",
        "‘uber die’",
        "dieu",
    ],
)
def test_words_are_found_however_they_are_typed(
    alice: User, make_call: CallMaker, other: Call, query: str
) -> None:
    call = talk(make_call(alice), *SAID)
    assert list(search.calls_saying(Call.objects.all(), query)) == [call]


@pytest.mark.parametrize("query", ["cafes", "问一下事情", '"don t"', "don\u2019t x y"])
def test_other_words_are_not(alice: User, make_call: CallMaker, query: str) -> None:
    talk(make_call(alice), "I don't like the café", "我想问一下别的事情", "x")
    assert not search.calls_saying(Call.objects.all(), query).exists()


def test_what_was_stored_before_is_folded_anew_in_batches(
    trees: Call, other: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    folding = importlib.import_module("sessions_app.migrations.0019_fold_accents")
    monkeypatch.setattr(folding, "BATCH", 2)
    Segment.objects.filter(search_text__contains="apfel").update(search_text="äpfel 50%\nłódź")
    folding.fold(apps, SimpleNamespace(connection=connection))
    assert list(search.calls_saying(Call.objects.all(), "Lodz")) == [trees]
    assert Segment.objects.get(search_text__contains="apfel").search_text == "apfel 50%\nlodz"
    assert list(search.calls_saying(Call.objects.all(), "nothing")) == [other]


COUNTS = {
    "我想问一下别的事情": 5,
    "私は昨日、行きました。": 6,
    "สวัสดีครับ ผมชื่อบอบ": 5,
    "ខ្ញុំចង់ទៅផ្សារ": 3,
    "كيف حالك؟": 2,
    "मैं ठीक हूँ।": 3,
    "שלום לך": 2,
    "안녕하세요 여러분": 2,
    "l’été – enfin": 2,
    "👩\u200d👩\u200d👧": 0,
}


def test_words_of_any_script_are_counted_in_the_list(alice: User, make_call: CallMaker) -> None:
    call = talk(make_call(alice), *COUNTS)
    assert list(call.segments.values_list("word_count", flat=True)) == list(COUNTS.values())
    counted: Any = search.with_word_count(Call.objects.filter(pk=call.pk)).get()
    assert counted.word_count == sum(COUNTS.values())


def test_a_segment_stored_again_keeps_the_count_of_its_correction(trees: Call, staff: User) -> None:
    corrections.correct(trees.segments.get(seq=2), staff, "我想问一下别的事情")
    talk(trees, "the trees of the garden", "More Trees", "ÄPFEL 50% off_er")
    segment = trees.segments.get(seq=2)
    assert segment.word_count == 5
    for text in ("more trees", "问一下别的"):
        assert search.calls_saying(Call.objects.all(), text).exists()


def test_what_a_second_pass_has_is_counted_and_found(trees: Call) -> None:
    transcripts.revise(trees, 1, revised_text="the bees’ garden", revised_at=timezone.now())
    assert trees.segments.get(seq=1).word_count == 3
    for text in ("bees' garden", "trees of the"):
        assert search.calls_saying(Call.objects.all(), text).exists()
    transcripts.revise(trees, 1, revised_text="", revised_at=None)
    assert trees.segments.get(seq=1).word_count == 5
    assert not search.calls_saying(Call.objects.all(), "bees").exists()


def test_a_stale_copy_does_not_forget_what_others_wrote(trees: Call, staff: User) -> None:
    stale = trees.segments.get(seq=1)
    transcripts.revise(trees, 1, revised_text="the bees", revised_at=timezone.now())
    corrections.correct(stale, staff, "the wasps")
    for text in ("bees", "wasps", "trees of"):
        assert search.calls_saying(Call.objects.all(), text).exists(), text
