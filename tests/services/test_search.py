from typing import Any

import pytest
from django.contrib.auth.models import User

from sessions_app.core.events import SegmentFinal, Speaker
from sessions_app.models import Call
from sessions_app.services import search, transcripts
from tests.conftest import CallMaker

pytestmark = pytest.mark.django_db


@pytest.fixture
def trees(alice: User, make_call: CallMaker) -> Call:
    """A call in which the words are said twice, and one segment was corrected."""
    return talk(make_call(alice), "the trees of the garden", "More Trees", "ÄPFEL 50% off_er")


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
    ["trees", "TREES", " the  trees\n", "tree", "äpfel", "Äpfel", "50%", "off_er", "trees\x00"],
)
def test_calls_are_found_once_by_what_was_said(trees: Call, other: Call, text: str) -> None:
    assert list(search.calls_saying(Call.objects.all(), text)) == [trees]


@pytest.mark.parametrize("text", ["bees", "5%f", "of_er", "tr.es", "ä.fel", "garden More"])
def test_what_was_not_said_finds_nothing(trees: Call, other: Call, text: str) -> None:
    assert not search.calls_saying(Call.objects.all(), text).exists()


def test_an_empty_text_fits_all(trees: Call, other: Call) -> None:
    assert search.calls_saying(Call.objects.all(), " \n ").count() == 2


def test_only_given_calls_are_searched(trees: Call, other: Call) -> None:
    assert not search.calls_saying(Call.objects.filter(pk=other.pk), "trees").exists()


def test_corrections_are_found_and_so_is_what_they_replaced(trees: Call, staff: User) -> None:
    transcripts.correct(trees.segments.get(seq=2), staff, "More bees please")
    for text in ("bees please", "more trees"):
        assert search.calls_saying(Call.objects.all(), text).exists()


def test_words_are_counted_as_people_read_them(
    trees: Call, alice: User, staff: User, make_call: CallMaker
) -> None:
    silent = make_call(alice)
    talk(silent, "")
    transcripts.correct(trees.segments.get(seq=2), staff, "More bees please")
    counted: Any = search.with_word_count(Call.objects.filter(pk__in=[trees.pk, silent.pk]))
    assert dict(counted.values_list("pk", "word_count")) == {trees.pk: 5 + 3 + 3, silent.pk: 0}
    assert counted.order_by("-word_count").first() == trees
