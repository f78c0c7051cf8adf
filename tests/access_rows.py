"""How the table of tests/test_access_matrix.py is written: a row an address, a result a visitor."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone

from sessions_app.models import (
    Agent,
    Call,
    ErasureReceipt,
    Extraction,
    ShareLink,
    SummaryVersion,
    WebhookDelivery,
    WebhookEndpoint,
)

VISITORS = ("owner", "other", "staff", "clerk", "nobody")
"""The call's owner; another user; staff with every permission of the product; staff with none
(who owns no calls either); and somebody who is not signed in."""

LOGIN, DESK = "/login/", "/admin/login/"

Outcome = int | str
"""A status, or where a redirect leads to."""

ANY = 0
"""Whatever the status is, as long as nothing private is told."""


@dataclass(frozen=True)
class Row:
    """What each visitor gets at `route`; `address` fills in its parts."""

    route: str
    address: str
    outcomes: tuple[Outcome, ...]
    method: str = "GET"
    body: Any = None


def page(route: str, address: str, *outcomes: Outcome, method: str = "GET") -> Row:
    """Returns a row of a page: whoever is not signed in is sent to sign in."""
    return Row(route, address, (*outcomes, LOGIN), method)


def open_to_all(route: str, outcome: Outcome = 200, address: str = "") -> Row:
    return Row(route, address or f"/{route}", (outcome,) * len(VISITORS))


def rest(
    tail: str, address: str, *outcomes: Outcome, method: str = "GET", body: Any = None
) -> list[Row]:
    """Returns the rows of a REST address, without and with its trailing slash."""
    bare, filled = f"api/v1/{tail}".rstrip("/"), f"/api/v1/{address}".rstrip("/")
    return [
        Row(bare + slash, filled + slash, (*outcomes, 401), method, body) for slash in ("", "/")
    ]


def of_a_call(
    tail: str,
    *,
    owner: int = 200,
    staff: int = 200,
    method: str = "GET",
    body: Any = None,
    route: str = "",
) -> list[Row]:
    """Returns the rows of what belongs to a call: unknown to all but its owner and staff."""
    return rest(
        f"calls/<str:call_id>/{route or tail}",
        f"calls/{{id}}/{tail}",
        owner,
        404,
        staff,
        404,
        method=method,
        body=body,
    )


CORRECTIONS = [
    *of_a_call(
        "segments/1",
        route="segments/<int:seq>",
        method="PATCH",
        body={"edited_text": "x"},
    ),
    *of_a_call("segments/1/history", route="segments/<int:seq>/history"),
    *of_a_call(
        "segments/1/undo",
        route="segments/<int:seq>/undo",
        owner=409,  # there is nothing to undo
        staff=409,
        method="POST",
    ),
]
"""What is done to a line that nobody has corrected yet; as CORRECT_BY_OWNER is by default."""


def desk(route: str, staff: Outcome, *, clerk: Outcome = 403, **how: Any) -> Row:
    """Returns a row of the admin: only staff get past its own sign-in."""
    address = how.pop("address", f"/admin/{route}")
    return Row(f"admin/{route}", address, (DESK, DESK, staff, clerk, DESK), **how)


def desk_model(
    name: str,
    key: str,
    *,
    shown: Outcome = 200,
    add: Outcome = 403,
    delete: Outcome = 403,
    written: Outcome = 403,
) -> list[Row]:
    """Returns the rows of a model in the admin, as staff with permissions get them.

    `add` and `delete` are about the forms; `written` is what saving the change form gives.
    """
    one = f"{name}/<path:object_id>"
    at = f"/admin/{name}/{{{key}}}"
    return [
        desk(f"{name}/", shown),
        desk(f"{name}/add/", add),
        desk(f"{one}/history/", shown, address=f"{at}/history/"),
        desk(f"{one}/delete/", delete, address=f"{at}/delete/"),
        desk(f"{one}/change/", shown, address=f"{at}/change/"),
        desk(f"{one}/change/", written, address=f"{at}/change/", method="POST", body={}),
        # the old address of the change form: tells nothing, so it redirects blindly
        desk(f"{one}/", f"{at}/change/", clerk=f"{at}/change/", address=f"{at}/"),
    ]


REDACTS = [
    *of_a_call("recording/original", owner=403, staff=404),
    *of_a_call("redactions"),
    *of_a_call(
        "redactions", owner=403, staff=202, method="POST", body={"seq": 1, "start": 0, "end": 1}
    ),
]
"""Where what is hidden in a call is read, and more is hidden."""

_REDACTIONS = "/admin/sessions_app/call/{call}/redactions/"

DESK_ERASES = [
    *(
        desk(
            "sessions_app/call/",
            answer,
            method="POST",
            body={"action": action, "_selected_action": "{call}", **more},
        )
        for action, answer, more in (
            ("delete_selected", 200, {}),
            ("legal_hold", 200, {}),
            ("legal_hold", "/admin/sessions_app/call/", {"reason": "a case"}),
            ("lift_hold", "/admin/sessions_app/call/", {}),
        )
    ),
    desk(
        "sessions_app/call/<path:object_id>/delete/",
        "/admin/sessions_app/call/",
        address="/admin/sessions_app/call/{call}/delete/",
        method="POST",
        body={"post": "yes"},
    ),
    *(
        desk(f"sessions_app/call/<int:pk>/{route}", answer, address=address, method=method)
        for route, address, method, answer in (
            ("redactions/", _REDACTIONS, "GET", 200),
            ("redactions/", _REDACTIONS, "POST", _REDACTIONS),
            ("redactions/<int:seq>/", f"{_REDACTIONS}1/", "GET", 200),
            ("redactions/<int:seq>/", f"{_REDACTIONS}1/", "POST", f"{_REDACTIONS}1/"),
        )
    ),
]
"""What the list of calls and a call's page in the admin do to erase, to keep from it, and to hide
words."""


def an_extraction(call: Call, text: str) -> None:
    """Has an agent ask for a field, which was taken from a call of its."""
    schema = {"type": "object", "properties": {"gist": {"type": "string"}}}
    Agent.objects.filter(pk=call.agent_id).update(extraction_schema=schema)
    said = {"gist": text}
    Extraction.objects.create(call=call, state="done", schema=schema, values=said, found=said)


PIPECAT = [
    f"{route}{slash}"
    for route in ("start", "api/offer", "sessions/<str:session_id>/api/offer")
    for slash in ("", "/")
]
DOORS = (
    [
        # without an Origin a cookie counts for nothing: tests/views/test_offers.py
        Row(route, f"/{route}", (403, 403, 403, 403, 401), "POST", {})
        for route in ("session", "api/voice/offer", "offer", *PIPECAT)
    ]
    + [
        # with a ticket that there is not
        Row(f"t/<str:ticket>/{route}", f"/t/none/{route}", (401,) * len(VISITORS), "POST", {})
        for route in ("session", "api/voice/offer", "offer", *PIPECAT)
    ]
    + [Row("t/<str:ticket>/api/ice-servers", "/t/none/api/ice-servers", (401,) * len(VISITORS))]
)
"""The ways in for clients, which sign in otherwise."""


def a_receipt(call: Call) -> int:
    words = {"kind": "text", "cause": "rule", "subject": call.public_id, "target": call.pk}
    return ErasureReceipt.objects.create(**words).pk


def a_link(call: Call) -> int:
    until = timezone.now() + timedelta(days=1)
    return ShareLink.objects.create(call=call, created_by=call.owner, expires_at=until).pk


HEALTH = [
    open_to_all("healthz"),
    open_to_all("readyz", ANY),  # 200 or 503, by what else runs in this process
    open_to_all("metrics", 404),  # off; with a token: tests/views/test_metrics.py
]

LINK_PAGES = [
    page("calls/<slug:public_id>/share", "/calls/{id}/share", 200, 404, 200, 404),
    page("calls/<slug:public_id>/share", "/calls/{id}/share", 200, 404, 200, 404, method="POST"),
    page(
        "calls/<slug:public_id>/share/<int:link>/revoke",
        "/calls/{id}/share/{link}/revoke",
        "/calls/{id}/share",
        404,
        "/calls/{id}/share",
        404,
        method="POST",
    ),
    # secrets that lead nowhere; tests/views/test_shared.py has those that do
    open_to_all("s/<str:secret>/", 404, "/s/none/"),
    open_to_all("s/<str:secret>/recording", 404, "/s/none/recording"),
    Row("s/<str:secret>/heard", "/s/none/heard", (404,) * len(VISITORS), "POST"),
]
"""Sharing a call: who may, and what stands at the addresses of links."""

LINK_REST = [
    *of_a_call("links"),
    *of_a_call("links", owner=201, staff=201, method="POST", body={}),
    *of_a_call("links/{link}", route="links/<int:number>"),
    *of_a_call("links/{link}", route="links/<int:number>", method="DELETE"),
]

LINK_DESK = [
    *desk_model("sessions_app/connectioncheck", "check"),  # opened by its code, as a link is
    *desk_model("sessions_app/sharelink", "link"),
    desk(
        "sessions_app/sharelink/",
        "/admin/sessions_app/sharelink/",
        method="POST",
        body={"action": "revoke", "_selected_action": "{link}"},
    ),
]


def a_summary(call: Call, text: str) -> None:
    SummaryVersion.objects.create(call=call, number=1, made_at=timezone.now(), text=text)


def a_webhook(call: Call) -> dict[str, int]:
    hook = WebhookEndpoint.objects.create(name="crm", url="https://example.org/", events=[])
    row = {"event": "call.ended", "about": "call.ended", "sequence": 1}
    return {
        "hook": hook.pk,
        "delivery": WebhookDelivery.objects.create(endpoint=hook, call=call, **row).pk,
    }


def filled(text: Any, keys: dict[str, Any]) -> Any:
    return text.format(**keys) if isinstance(text, str) and "{" in text else text


def body_of(answer: Any) -> str:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return str(content.decode("utf-8", "replace"))


def outcome(answer: Any) -> Outcome:
    if answer.status_code in (301, 302):
        return str(answer.url).partition("?")[0]
    return int(answer.status_code)


TAKEN_PAGES = [
    page(
        "calls/<slug:public_id>/summaries/<int:number>",
        "/calls/{id}/summaries/1",
        200,
        404,
        200,
        404,
    ),
    page("calls/<slug:public_id>/extraction", "/calls/{id}/extraction", 404, 404, 200, 404),
    page(
        "calls/<slug:public_id>/extraction",
        "/calls/{id}/extraction",
        404,
        404,
        "/calls/{id}/",
        404,
        method="POST",
    ),
    page(
        "calls/<slug:public_id>/extraction/again",
        "/calls/{id}/extraction/again",
        404,
        404,
        "/calls/{id}/",
        404,
        method="POST",
    ),
]
TAKEN_REST = [
    *of_a_call("summary/versions"),
    *of_a_call("summary/versions/1", route="summary/versions/<int:number>"),
    *of_a_call("extraction"),
    *of_a_call("extraction", owner=403, method="PATCH", body={"values": {"gist": None}}),
    *of_a_call("extraction/again", owner=403, staff=202, method="POST"),
]
"""What is made of a call that is over, beside its summary."""
