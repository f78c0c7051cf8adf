"""How the table of tests/test_access_matrix.py is written: a row an address, a result a visitor."""

from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from sessions_app.models import (
    Agent,
    Call,
    ErasureReceipt,
    Extraction,
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
]
"""What the list of calls and a call's page in the admin do to erase, and to keep from it."""


def a_receipt(call: Call) -> int:
    words = {"kind": "text", "cause": "rule", "subject": call.public_id, "target": call.pk}
    return ErasureReceipt.objects.create(**words).pk


def a_summary(call: Call, text: str) -> None:
    SummaryVersion.objects.create(call=call, number=1, made_at=timezone.now(), text=text)


def an_extraction(call: Call, text: str) -> None:
    """Has an agent ask for a field, which was taken from a call of its."""
    schema = {"type": "object", "properties": {"gist": {"type": "string"}}}
    Agent.objects.filter(pk=call.agent_id).update(extraction_schema=schema)
    said = {"gist": text}
    Extraction.objects.create(call=call, state="done", schema=schema, values=said, found=said)


def a_webhook(call: Call) -> dict[str, int]:
    hook = WebhookEndpoint.objects.create(name="crm", url="https://example.org/", events=[])
    row = {"event": "call.ended", "about": "call.ended", "sequence": 1}
    return {
        "hook": hook.pk,
        "delivery": WebhookDelivery.objects.create(endpoint=hook, call=call, **row).pk,
    }


PIPECAT = [
    f"{route}{slash}"
    for route in ("start", "api/offer", "sessions/<str:session_id>/api/offer")
    for slash in ("", "/")
]
DOORS = [
    # without an Origin a cookie counts for nothing: tests/views/test_offers.py
    Row(route, f"/{route}", (403, 403, 403, 403, 401), "POST", {})
    for route in ("session", "api/voice/offer", "offer", *PIPECAT)
] + [
    # with a ticket that there is not
    Row(f"t/<str:ticket>/{route}", f"/t/none/{route}", (401,) * len(VISITORS), "POST", {})
    for route in ("session", "api/voice/offer", "offer", *PIPECAT)
]


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
