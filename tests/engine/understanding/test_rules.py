"""Dates, amounts, names and telephone numbers, found without a model."""

from datetime import UTC, datetime
from typing import Any

import pytest

from sessions_app.engine.summaries.base import CallBrief
from sessions_app.engine.understanding.rules import RuleExtractor, kind_of
from tests.engine.understanding.conftest import call_of

SATURDAY = datetime(2026, 11, 28, 9, tzinfo=UTC)


def found(field: str, wanted: dict[str, Any], *said: str, language: str = "en-US") -> Any:
    """Returns the value of a field, and the segments it rests on, of what the caller says."""
    texts = [text for line in said for text in (line, "I see.")]
    brief = CallBrief(call_of(*texts), language, SATURDAY)
    taken = RuleExtractor().take(brief, {field: wanted})
    assert taken.engine == "rules"
    return taken.values[field], taken.evidence.get(field)


@pytest.mark.parametrize(
    ("name", "wanted", "kind"),
    [
        ("phone_number", {}, "phone"),
        ("callback_number", {}, "phone"),
        ("total_amount", {"type": "number"}, "amount"),
        ("delivery_date", {}, "date"),
        ("caller_name", {}, "person"),
        ("x", {"format": "person"}, "person"),
        ("x", {"format": "date-time"}, "date"),
        ("date", {"format": "email"}, ""),
        ("callback_wanted", {"type": "boolean"}, ""),
        ("mood", {"enum": ["a"]}, ""),
        ("order_number", {}, ""),
    ],
)
def test_a_field_is_of_a_kind_by_format_or_name(
    name: str, wanted: dict[str, Any], kind: str
) -> None:
    assert kind_of(name, wanted) == kind


@pytest.mark.parametrize(
    ("said", "value"),
    [
        (["Call me at 030 1234567."], "030 1234567"),
        (["It is +49 30 123 45 67, thanks."], "+49 30 123 45 67"),
        (["My number is five five five, one two, double three nine."], "55512339"),
        (["oh one seven nine five five five five"], "01795555"),
        (["It is 5551234.", "No, it is 5559999."], "5559999"),
        (["It was in 2026, and cost 1200."], None),
        (["Nothing."], None),
    ],
)
def test_telephone_numbers(said: list[str], value: str | None) -> None:
    assert found("phone", {"type": "string"}, *said)[0] == value


@pytest.mark.parametrize(
    ("said", "language", "value"),
    [
        ("It costs 12.50 euros.", "en-US", 12.5),
        ("It costs €1,250.", "en-US", 1250.0),
        ("Das kostet 1.250,50 Euro.", "de-DE", 1250.5),
        ("It costs fifty dollars.", "en-US", 50.0),
        ("We are fifty people.", "en-US", None),
        ("It costs $ 30, no, $ 40.", "en-US", 40.0),
    ],
)
def test_amounts(said: str, language: str, value: float | None) -> None:
    assert found("amount", {"type": "number"}, said, language=language)[0] == value
    text = None if value is None else f"{value:g}"
    assert found("amount", {"type": "string"}, said, language=language)[0] == text


def test_an_amount_that_does_not_fit_the_field_is_left_out() -> None:
    assert found("cost", {"type": "integer"}, "It costs 12.50 euros.")[0] is None
    assert found("cost", {"type": "integer"}, "It costs 12 euros.")[0] == 12
    assert found("cost", {"type": "number", "maximum": 5}, "It costs 12 euros.")[0] is None


@pytest.mark.parametrize(
    ("said", "language", "value"),
    [
        ("Can I come tomorrow?", "en-US", "2026-11-29"),
        ("It was on 2026-12-24.", "fr-FR", "2026-12-24"),
        ("Am 3.12.2026 um neun.", "de-DE", "2026-12-03"),
        ("Am 33.12.2026.", "de-DE", None),
        ("Kann ich morgen kommen?", "de-DE", None),
    ],
)
def test_days(said: str, language: str, value: str | None) -> None:
    assert found("day", {"format": "date"}, said, language=language)[0] == value


def test_moments() -> None:
    said = "I come tomorrow at nine in the morning."
    assert found("visit", {"format": "date-time"}, said) == ("2026-11-29T09:00", [1])


@pytest.mark.parametrize(
    ("said", "value"),
    [
        (["Hello, my name is Ann Baker and I have a question."], "Ann Baker"),
        (["This is Bob. My name is Carl."], "Bob"),
        (["I'm sorry.", "I am Dan O'Neil, calling about it."], "Dan O'Neil"),
        (["Guten Tag, mein Name ist Jürgen Müller."], "Jürgen Müller"),
        (["I am calling Ann."], None),
    ],
)
def test_names(said: list[str], value: str | None) -> None:
    assert found("caller_name", {"type": "string"}, *said)[0] == value


def test_places_are_those_of_the_words() -> None:
    value, places = found("phone", {}, "Hello.", "It is 5551234.")
    assert (value, places) == ("5551234", [3])


def test_hours_count_from_when_they_were_named_and_figures_as_the_region_writes_them() -> None:
    moment = {"type": "string", "format": "date-time"}
    assert found("when", moment, "Call me back in half an hour.")[0] == "2026-11-28T09:30"
    day = {"type": "string", "format": "date"}
    assert found("when", day, "I can come on 3/1.", language="en-GB")[0] == "2027-01-03"
