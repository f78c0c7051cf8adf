"""Who may see what: five visitors at every address of the product.

Each address has at least one row below. An address without a row fails the test, and so does
a row without an address, or a method of the REST API that no row tries.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from sessions_app.models import AccessLog, Recording, Summary
from sessions_app.services import access, calls, versions
from tests import (
    account_rows,
    agent_rows,
    export_rows,
    live_rows,
    review_rows,
    setup_rows,
    view_rows,
)
from tests.access_rows import (
    ANY,
    CORRECTIONS,
    DESK_ERASES,
    DOORS,
    HEALTH,
    LINK_DESK,
    LINK_PAGES,
    LINK_REST,
    REDACTS,
    TAKEN_PAGES,
    TAKEN_REST,
    VISITORS,
    Row,
    a_link,
    a_receipt,
    a_summary,
    a_webhook,
    an_extraction,
    body_of,
    desk,
    desk_model,
    filled,
    of_a_call,
    open_to_all,
    outcome,
    page,
    rest,
)
from tests.api.conftest import (  # noqa: F401 - fixtures
    call,
    ended,
    recording,
    say,
    summary,
)
from tests.static_files import static_files  # noqa: F401 - a fixture

SAID = "xylophone"
TITLE = "Zanzibar"
SUMMED_UP = "They spoke about a report."
PRIVATE = (SAID, TITLE, SUMMED_UP)

PAGES = [
    *review_rows.PAGES,
    *view_rows.PAGES,
    *HEALTH,
    open_to_all("favicon.ico", "/static/favicon.svg"),
    page("", "/", 200, 200, 200, 200),
    page("call/", "/call/", 200, 200, 200, 200),
    page("calls/", "/calls/", 200, 200, 200, 200),
    page("calls/<slug:public_id>/", "/calls/{id}/", 200, 404, 200, 404),
    page("calls/<slug:public_id>/recording", "/calls/{id}/recording", 200, 404, 200, 404),
    page(
        "calls/<slug:public_id>/heard",
        "/calls/{id}/heard?on=page",
        204,
        404,
        204,
        404,
        method="POST",
    ),
    page(
        "calls/<slug:public_id>/summarise",
        "/calls/{id}/summarise",
        404,
        404,
        "/calls/{id}/",
        404,
        method="POST",
    ),
    *TAKEN_PAGES,
    page("calls/<slug:public_id>/erase", "/calls/{id}/erase", 404, 404, 200, 404),
    page(
        "calls/<slug:public_id>/erase",
        "/calls/{id}/erase",
        404,
        404,
        "/calls/",
        404,
        method="POST",
    ),
    *account_rows.PAGES,
    *export_rows.PAGES,
    *live_rows.PAGES,
    *LINK_PAGES,
]

REST = [
    *review_rows.REST,
    *view_rows.REST,
    *rest("calls/", "calls/", 200, 200, 200, 200),
    *of_a_call(""),
    *of_a_call("", method="PATCH", body={"title": "Monday"}),
    *of_a_call("", owner=403, staff=202, method="DELETE"),
    *of_a_call("segments"),
    *CORRECTIONS,
    *of_a_call("transcript.txt", route="transcript.<str:form>"),
    *of_a_call("recording"),
    *REDACTS,
    *of_a_call("summary"),
    *TAKEN_REST,
    *of_a_call("versions"),
    *of_a_call("versions", owner=403, staff=202, method="POST", body={"recogniser": "thorough"}),
    *of_a_call("versions/2", route="versions/<int:number>"),
    *of_a_call("versions/2", route="versions/<int:number>", owner=403, method="PATCH", body={}),
    *of_a_call("summary/again", owner=403, staff=202, method="POST"),
    *export_rows.REST,
    *LINK_REST,
    *rest("changes/", "changes/", 200, 200, 200, 200),
    *rest("agents/", "agents/", 200, 200, 200, 200),
    *rest("me", "me", 200, 200, 200, 200),
    *rest("ice-servers", "ice-servers", 200, 200, 200, 200),
    *rest("tickets", "tickets", 201, 201, 201, 201, method="POST", body={}),
    *[
        open_to_all(f"api/v1/protocol{tail}{slash}", address=f"/api/v1/protocol{given}{slash}")
        for tail, given in (("", ""), ("/<str:door>", "/stream"))
        for slash in ("", "/")
    ],
    *[open_to_all(f"api/v1/{name}{slash}") for name in ("schema", "docs") for slash in ("", "/")],
    open_to_all(r"api/v1/^[\s\S]*\Z", 404, "/api/v1/nothing/here"),
]

FOR_ALL = {
    f"api/v1/{name}{slash}" for name in ("schema", "docs", "protocol") for slash in ("", "/")
} | {"api/v1/protocol/<str:door>", "api/v1/protocol/<str:door>/"}
"""What caches may keep, since it is the same for everybody."""

ADMIN = [
    *review_rows.ADMIN,
    desk("", 200, clerk=200),
    desk(
        "autocomplete/",
        403,
        address="/admin/autocomplete/"
        "?app_label=sessions_app&model_name=apitoken&field_name=owner&term=a",
    ),
    desk("jsi18n/", 200, clerk=200),
    desk("r/<path:content_type_id>/<path:object_id>/", 404, clerk=404, address="/admin/r/1/1/"),
    desk("^(?P<app_label>sessions_app|auth)/$", 200, clerk=404, address="/admin/sessions_app/"),
    desk("(?P<url>.*)$", 404, clerk=404, address="/admin/nothing/here/"),
    *desk_model("sessions_app/accesslog", "entry"),
    *desk_model("sessions_app/agent", "agent", add=200, written=200),
    desk("sessions_app/agent/latency/", 200),
    *agent_rows.ADMIN,
    *(
        desk(
            f"sessions_app/agent/<int:pk>/{what}/",
            status,
            address=f"/admin/sessions_app/agent/{{agent}}/{what}/",
            method="POST",
            body={},
        )
        for what, status in (("say", 400), ("answer", 400), ("voices", 200))
    ),
    desk("sessions_app/call/dashboard/", 200),
    desk(
        "sessions_app/call/dashboard/<slug:name>.csv",
        200,
        address="/admin/sessions_app/call/dashboard/calls.csv",
    ),
    *desk_model("sessions_app/call", "call", delete=200, written="/admin/sessions_app/call/"),
    *desk_model("sessions_app/erasurereceipt", "receipt"),
    *DESK_ERASES,
    *export_rows.DESK,
    desk("sessions_app/call/usage/", 200),
    desk("sessions_app/call/usage/usage.csv", 200),
    desk(
        "sessions_app/call/<int:pk>/summarise/",
        "/admin/sessions_app/call/{call}/change/",
        address="/admin/sessions_app/call/{call}/summarise/",
        method="POST",
    ),
    desk(
        "sessions_app/call/<int:pk>/versions/",
        "/admin/sessions_app/call/{call}/change/",
        address="/admin/sessions_app/call/{call}/versions/",
        method="POST",
    ),
    *(
        desk(
            "sessions_app/call/<int:pk>/end/",
            "/admin/sessions_app/call/{call}/change/",  # it is over
            address="/admin/sessions_app/call/{call}/end/",
            method=method,
        )
        for method in ("GET", "POST")
    ),
    *(
        desk(
            "sessions_app/call/<int:pk>/versions/<int:number>/",
            answer,
            address="/admin/sessions_app/call/{call}/versions/2/",
            method=method,
        )
        for method, answer in (
            ("GET", 200),
            ("POST", "/admin/sessions_app/call/{call}/versions/2/"),
        )
    ),
    *LINK_DESK,
    *desk_model("sessions_app/recording", "recording"),
    *desk_model("sessions_app/summary", "summary"),
    *desk_model("sessions_app/webhookendpoint", "hook", add=200, delete=200, written=200),
    *desk_model("sessions_app/webhookdelivery", "delivery"),
    *account_rows.ADMIN,
]

TABLE = [*DOORS, *PAGES, *REST, *ADMIN, *setup_rows.ADMIN]


def routes(
    patterns: list[URLPattern | URLResolver] | None = None, above: str = ""
) -> Iterator[tuple[str, Any]]:
    """Yields every route of the URL resolver with what answers there."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = above + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        else:
            yield route, pattern.callback


def test_every_address_has_a_row() -> None:
    there, listed = {route for route, _ in routes()}, {row.route for row in TABLE}
    assert not there - listed, "these addresses need a row in this file"
    assert not listed - there, "these rows have no address any more"


def test_every_method_of_the_rest_api_is_tried() -> None:
    tried = {(row.route, row.method) for row in TABLE}
    for route, answers in routes():
        view = getattr(answers, "cls", None)
        if view is not None and route != r"api/v1/^[\s\S]*\Z":
            methods = {method.upper() for method in view.http_method_names if hasattr(view, method)}
            for method in methods - {"HEAD", "OPTIONS"}:
                assert (route, method) in tried


@pytest.fixture
def people(alice: User, bob: User, staff: User) -> dict[str, User]:
    clerk = User.objects.create_user("clerk", is_staff=True)
    return {"owner": alice, "other": bob, "staff": staff, "clerk": clerk}


@pytest.fixture
def keys(recording: Recording, summary: Summary, people: dict[str, User]) -> dict[str, Any]:  # noqa: F811
    """What the addresses are filled in with: one of each thing, all of the owner's call."""
    spoken = recording.call
    say(spoken, f"the word was {SAID}")
    calls.rename(spoken, people["owner"], TITLE)
    access.log(spoken, people["owner"], AccessLog.Action.READ)
    token, _ = access.issue_token(people["owner"], "a program")
    versions.ask(spoken, people["owner"], "thorough")
    a_summary(spoken, SUMMED_UP)
    an_extraction(spoken, SUMMED_UP)
    return {
        "id": spoken.public_id,
        "call": spoken.pk,
        "recording": recording.pk,
        "summary": summary.pk,
        "agent": spoken.agent_id,
        "receipt": a_receipt(spoken),
        "link": a_link(spoken),
        **a_webhook(spoken),
        **review_rows.a_review(spoken, people),
        **view_rows.a_view(people["owner"]),
        **export_rows.made(spoken, people["staff"]),
        "entry": AccessLog.objects.first().pk,  # type: ignore[union-attr]
        "token": token.pk,
        "invitation": account_rows.an_invitation(people["staff"]),
        "user": people["other"].pk,
        "group": Group.objects.create(name="night shift").pk,
    }


def ask(client: Client, row: Row, keys: dict[str, Any], **headers: str) -> HttpResponseBase:
    """Returns the answer to a row's request; what the request changed is undone."""
    address = filled(row.address, keys)
    with transaction.atomic():
        if row.address.startswith("/api/"):
            answer = client.generic(
                row.method,
                address,
                "" if row.body is None else json.dumps(row.body),
                content_type="application/json",
                headers=headers,
            )
        elif row.method == "POST":
            body = {name: filled(value, keys) for name, value in (row.body or {}).items()}
            answer = client.post(address, body)
        else:
            answer = client.get(address)
        answer.said = body_of(answer)  # type: ignore[attr-defined]
        transaction.set_rollback(True)
    return answer


def check(client: Client, visitor: str, rows: list[Row], keys: dict[str, Any], **sign: str) -> None:
    """Compares each row with what the visitor gets, and lists every difference at once."""
    place = VISITORS.index(visitor)
    wrong = []
    for row in rows:
        answer = ask(client, row, keys, **sign)
        expected, got = filled(row.outcomes[place], keys), outcome(answer)
        if expected not in (got, ANY):
            wrong.append(f"{row.method} {row.address}: {got} instead of {expected}")
        if answer.headers["Cache-Control"] != "private, no-store" and row.route not in FOR_ALL:
            wrong.append(f"{row.method} {row.address}: may be kept by caches")
        told = [word for word in PRIVATE if word in answer.said]  # type: ignore[attr-defined]
        if told and visitor not in ("owner", "staff"):
            wrong.append(f"{row.method} {row.address}: tells {told}")
    assert not wrong, "\n".join([f"{visitor}:", *wrong])


@pytest.mark.parametrize("visitor", VISITORS)
def test_with_a_cookie(visitor: str, people: dict[str, User], keys: dict[str, Any]) -> None:
    def client() -> Client:
        signed = Client()
        if visitor in people:
            signed.force_login(people[visitor])
        return signed

    leaving = [row for row in TABLE if row.route.endswith("logout/")]
    staying = [row for row in TABLE if row not in leaving]
    check(client(), visitor, staying, keys)
    for row in leaving:
        check(client(), visitor, [row], keys)


@pytest.mark.parametrize("visitor", VISITORS[:-1])
def test_with_a_token(visitor: str, people: dict[str, User], keys: dict[str, Any]) -> None:
    _, secret = access.issue_token(people[visitor], "test")
    sign = {"Authorization": f"Bearer {secret}"}
    check(Client(enforce_csrf_checks=True), visitor, REST, keys, **sign)


def test_owners_may_erase_where_the_settings_say_so(
    people: dict[str, User], keys: dict[str, Any], settings: Any
) -> None:
    settings.VOICE = {**settings.VOICE, "ERASE_BY_OWNER": True}
    rows = [
        *rest("calls/<str:call_id>", "calls/{id}", 202, 404, 202, 404, method="DELETE"),
        page("", "/calls/{id}/erase", 200, 404, 200, 404),
        page("", "/calls/{id}/erase", "/calls/", 404, "/calls/", 404, method="POST"),
    ]
    for visitor in VISITORS:
        client = Client()
        if visitor in people:
            client.force_login(people[visitor])
        check(client, visitor, rows, keys)


def test_a_token_opens_no_page(people: dict[str, User], keys: dict[str, Any]) -> None:
    _, secret = access.issue_token(people["staff"], "test")
    client = Client(headers={"Authorization": f"Bearer {secret}"})
    check(client, "nobody", [*PAGES, *ADMIN, *setup_rows.ADMIN], keys)


@pytest.mark.parametrize("visitor", ["owner", "staff"])
def test_the_words_are_there_for_whom_they_are(
    visitor: str, people: dict[str, User], keys: dict[str, Any]
) -> None:
    """Guards the table: what nobody is shown could not be told to the wrong people."""
    client = Client()
    client.force_login(people[visitor])
    for address in ("/calls/{id}/", "/api/v1/calls/{id}/segments"):
        assert SAID in body_of(client.get(filled(address, keys)))
    assert TITLE in body_of(client.get("/api/v1/calls/"))
