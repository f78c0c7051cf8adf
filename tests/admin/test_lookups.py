"""What staff are not shown cannot be guessed through the address of a list either."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.db.models import DateTimeField, Model
from django.http import HttpRequest
from django.test import Client

from sessions_app.admin.base import OnlyListedLookups
from sessions_app.models import Agent, Call

SNEAKY = ("", "__exact", "__startswith", "__contains", "__regex", "__gt", "__in", "__isnull")
DEPTH = 2
PAGE = HttpRequest()


def paths(model: type[Model], depth: int = DEPTH) -> Iterator[str]:
    """Yields every way from a model to a field, over at most `depth` relations, both ways."""
    for field in model._meta.get_fields():
        name = field.name
        yield name
        if field.related_model is not None and depth:
            target: Any = field.related_model
            yield from (f"{name}__{rest}" for rest in paths(target, depth - 1))


def shown_filters(page: Any) -> set[str]:
    """Returns the fields that the page's own filters may ask for, as its class lists them."""
    named = [given[0] if isinstance(given, tuple) else given for given in page.list_filter]
    listed = [given for given in named if isinstance(given, str)]
    own = [getattr(given, "parameter_name", "") for given in page.list_filter]
    return {*listed, *own, *([page.date_hierarchy] if page.date_hierarchy else [])}


@pytest.mark.parametrize("model", admin.site._registry, ids=lambda model: model.__name__)
def test_no_field_can_be_looked_up_that_no_filter_shows(model: type[Model]) -> None:
    page = admin.site._registry[model]
    assert isinstance(page, OnlyListedLookups)
    shown = shown_filters(page)
    tried = 0
    for path in paths(model):
        for lookup in SNEAKY:
            if path.removesuffix("__id") in shown:
                continue
            tried += 1
            assert not page.lookup_allowed(path + lookup, "a", PAGE), path + lookup
    assert tried > 30


@pytest.mark.django_db
@pytest.mark.parametrize("model", admin.site._registry, ids=lambda model: model.__name__)
def test_the_list_of_every_model_refuses_the_look_up(root: Client, model: type[Model]) -> None:
    address = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
    assert root.get(address).status_code == 200
    for field in model._meta.concrete_fields:
        for lookup in ("__startswith", "__key__contains"):
            assert root.get(address, {field.name + lookup: "a"}).status_code == 400


@pytest.mark.parametrize(
    "query",
    [
        "persona__prompt__startswith=You",
        "persona__prompt=You are secretive",
        "persona__contains=secretive",
        "agent__prompt__startswith=You",
        "agent__responder_options__model__contains=g",
        "agent__slug__startswith=a",
        "owner__password__startswith=pbkdf2",
        "owner__api_tokens__digest__startswith=a",
        "segments__text__contains=report",
        "recording__sha256__startswith=a",
        "notes__text__contains=a",
        "title__startswith=A",
        "created_at__date__gt=2020-01-01",
        "state__in=ended",
        "pk=1",
        "id__gt=0",
        "nothing=1",
    ],
)
def test_staff_who_see_calls_learn_nothing_of_agents_and_users(
    looking: Client, ended: Call, query: str
) -> None:
    Agent.objects.update(prompt="You are secretive.")
    Call.objects.update(persona={"prompt": "You are secretive."})
    assert looking.get(f"/admin/sessions_app/call/?{query}").status_code == 400
    with_flags = f"/admin/sessions_app/call/?e=1&_popup=1&_to_field=id&{query}"
    assert looking.get(with_flags).status_code == 400


@pytest.mark.parametrize("to_field", ["persona", "agent__prompt", "agent", "owner__password"])
def test_a_popup_names_no_other_field(looking: Client, ended: Call, to_field: str) -> None:
    answer = looking.get(f"/admin/sessions_app/call/?_popup=1&_to_field={to_field}")
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "query",
    [
        "created_at__year=2026",
        "created_at__year=2026&created_at__month=11&created_at__day=3",
        "created_at__gte=2020-01-01 00:00Z&created_at__lt=2099-01-01 00:00Z",
        "state__exact=ended&agent__id__exact=1&end_reason__exact=x&recording=none&summary=done",
        "end_reason__isnull=True",
    ],
)
def test_the_filters_that_are_shown_work(looking: Client, ended: Call, query: str) -> None:
    assert looking.get(f"/admin/sessions_app/call/?{query}").status_code == 200


def test_every_link_of_the_filters_works(root: Client, ended: Call) -> None:
    for model in admin.site._registry:
        address = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        answer = root.get(address)
        for spec in answer.context["cl"].filter_specs:
            for choice in spec.choices(answer.context["cl"]):
                assert root.get(address + choice["query_string"]).status_code == 200


@pytest.mark.parametrize("column", ["0", "1", "-5", "99", "x", "4.-99"])
def test_a_list_is_ordered_by_its_columns_alone(looking: Client, ended: Call, column: str) -> None:
    answer = looking.get(f"/admin/sessions_app/call/?o={column}")
    assert answer.status_code == 200
    order = " ".join(str(part) for part in answer.context["cl"].queryset.query.order_by)
    assert "persona" not in order
    assert "prompt" not in order


@pytest.mark.parametrize(
    ("model", "field"),
    [
        ("call", "agent"),
        ("call", "owner"),
        ("call", "persona"),
        ("call", "recording"),
        ("accesslog", "user"),
        ("apitoken", "owner"),
    ],
)
def test_completion_tells_staff_who_see_calls_nothing(
    looking: Client, ended: Call, model: str, field: str
) -> None:
    answer = looking.get(
        "/admin/autocomplete/",
        {"app_label": "sessions_app", "model_name": model, "field_name": field, "term": "a"},
    )
    assert answer.status_code == 403


@pytest.mark.parametrize(("model", "field"), [("call", "created_at"), ("accesslog", "at")])
@pytest.mark.parametrize(
    "query",
    [
        {"__gte": "9999-12-31T23:59:59-23:59"},
        {"__gte": "0001-01-01T00:00:00+23:59"},
        {"__lt": "9999-12-31 23:59:59-0100"},
        {"__year": "9" * 20},
        {"__year": "9999"},
        {"__year": "9999", "__month": "12"},
        {"__year": "9999", "__month": "12", "__day": "31"},
        {"__year": "0"},
        {"__year": "2026", "__month": "9" * 20},
        {"__year": "9" * 5_000},
        {"__month": "9" * 20},
        {"__day": "-1"},
    ],
)
def test_dates_at_the_edge_of_time_are_wrong_values(
    root: Client, ended: Call, model: str, field: str, query: dict[str, str]
) -> None:
    address = f"/admin/sessions_app/{model}/"
    asked = {field + part: value for part, value in query.items()}
    answer = root.get(address, asked)
    if set(query) <= {"__month", "__day"}:  # of no year: a query that nothing fits
        assert answer.status_code in (200, 302)
        return
    assert (answer.status_code, answer.headers.get("Location")) == (302, f"{address}?e=1")
    assert root.get(answer["Location"]).status_code == 200


TIMES = [
    (model, name)
    for model, page in admin.site._registry.items()
    for name in sorted(shown_filters(page))
    if name in {field.name for field in model._meta.fields if isinstance(field, DateTimeField)}
]


@pytest.mark.django_db
@pytest.mark.parametrize(("model", "name"), TIMES, ids=str)
def test_every_list_refuses_times_that_no_database_has(
    root: Client, model: type[Model], name: str
) -> None:
    address = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
    for lookup in ("", "__exact", "__gte", "__lt"):
        for moment in ("9999-12-31T23:59:59-01:00", "0001-01-01T00:30:00+01:00"):
            answer = root.get(address, {name + lookup: moment})
            assert (answer.status_code, answer.headers.get("Location")) == (302, f"{address}?e=1")
