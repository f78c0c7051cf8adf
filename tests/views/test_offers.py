"""Offers over HTTP: who may make one, and what a wrong one is told."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from sessions_app.engine.core.commands import Offer
from sessions_app.engine.core.errors import BadOfferError, BusyError, UnknownAgentError
from sessions_app.engine.core.party import Party
from sessions_app.models import Ticket
from sessions_app.runtime import endings, engine
from sessions_app.runtime.answered_offers import AnsweredCall
from sessions_app.runtime.peers import Peers
from sessions_app.services import access, tickets
from sessions_app.services.authentication import Principal
from tests.conftest import CallMaker

pytestmark = pytest.mark.django_db

DOORS = ("/session", "/api/voice/offer")
BODIES = {"/session": {"offer": "v=0"}, "/api/voice/offer": {"sdp": "v=0", "type": "offer"}}
each = pytest.mark.parametrize("door", DOORS)
EVERY = (*DOORS, "/offer", "/api/offer", "/api/offer/", "/start", "/start/")
of_every = pytest.mark.parametrize("door", EVERY)
OWN = "http://testserver"
ELSEWHERE = "https://shop.example.com"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, Offer]]:
    """What reaches the engine, which answers everything."""
    found: list[tuple[int, Offer]] = []

    async def renegotiated(call_id: str, party: Party, sdp: str) -> str:
        return sdp

    class Engine:
        peers = Peers(renegotiated)

        def check_faults(self) -> None:
            if FAULTS:
                raise FAULTS[0]

        async def check_request(self, wish: Offer) -> None:
            if wish.agent in ERRORS:
                raise ERRORS[wish.agent]

        def count_offer(self, by: Principal) -> None:
            return

        async def place(self, by: Principal, offer: Offer) -> AnsweredCall:
            found.append((by.user_id, offer))
            if offer.agent in ERRORS:
                raise ERRORS[offer.agent]
            return AnsweredCall("call-1", "v=0 answer")

    monkeypatch.setattr(engine, "current", Engine)
    monkeypatch.setattr(endings, "_endings", None)  # each request has a loop of its own here
    return found


FAULTS: list[BusyError] = []
"""Why the engine takes no calls now."""

ERRORS = {
    "busy": BusyError("The server already carries its calls."),
    "nobody": UnknownAgentError("There is no such agent."),
    "broken": BadOfferError("The offer holds no audio."),
    "fault": ZeroDivisionError("secret words"),
}


def post(door: str, body: Any, **how: Any) -> Any:
    client = how.pop("client", None) or Client(enforce_csrf_checks=True)
    data = body if isinstance(body, str) else json.dumps(body)
    kind = how.pop("kind", "application/json")
    return client.post(door, data, content_type=kind, headers=how)


@pytest.fixture
def signed(alice: User) -> dict[str, str]:
    return {"Authorization": f"Bearer {access.issue_token(alice, 'test')[1]}"}


@each
def test_a_query_parameter_that_is_not_known_is_named(
    door: str, signed: dict[str, str], asked: list[tuple[int, Offer]]
) -> None:
    answer = post(f"{door}?interms=1&{'x' * 500}=1", BODIES[door], **signed)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")
    assert "'interms'" in answer.json()["message"]
    assert len(answer.json()["message"]) < 200
    assert not asked


@each
def test_a_token_gets_an_answer(
    door: str, signed: dict[str, str], alice: User, asked: list[tuple[int, Offer]]
) -> None:
    answer = post(door, {**BODIES[door], "consent": {"recording": True}}, **signed)
    assert answer.status_code == 200
    owner, offer = asked[0]
    assert (owner, offer.sdp, offer.records) == (alice.pk, "v=0", True)
    expected = {
        "/session": {"answer": "v=0 answer"},
        "/api/voice/offer": {"sdp": "v=0 answer", "type": "answer", "callId": "call-1"},
    }
    assert answer.json() == expected[door]
    assert offer.door == {"/session": "results", "/api/voice/offer": "offer"}[door]


def test_interims_are_asked_for_in_the_address(
    signed: dict[str, str], asked: list[tuple[int, Offer]]
) -> None:
    post("/session?interim=1", BODIES["/session"], **signed)
    post("/session", BODIES["/session"], **signed)
    assert [bool(offer.features) for _, offer in asked] == [True, False]


@of_every
@pytest.mark.parametrize(
    ("origin", "kind", "status"),
    [
        (OWN, "application/json", 200),
        (OWN, "application/json; charset=utf-8", 200),
        (OWN, "text/plain", 400),
        ("http://testserver:81", "application/json", 403),
        ("https://evil.example", "application/json", 403),
        ("null", "application/json", 403),
        ("", "application/json", 403),
    ],
)
def test_a_cookie_counts_only_from_our_own_page(  # noqa: PLR0917 - pytest's arguments
    door: str, origin: str, kind: str, status: int, alice: User, asked: list[tuple[int, Offer]]
) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    headers = {"Origin": origin} if origin else {}
    body = BODIES.get(door, {"sdp": "v=0", "type": "offer"})
    answer = post(door, body, client=client, kind=kind, **headers)
    assert answer.status_code == status
    assert bool(asked) == (status == 200 and "start" not in door)
    assert status == 200 or answer.json()["message"]


@of_every
def test_nobody_is_told_to_sign_in(door: str, asked: list[tuple[int, Offer]]) -> None:
    assert post(door, {"sdp": "v=0"}, Origin=OWN).status_code == 401
    refused = post(door, {"sdp": "v=0"}, Authorization="Bearer vs_wrong")
    assert refused.status_code == 401
    assert refused["WWW-Authenticate"] == "Bearer"
    assert asked == []


@each
@pytest.mark.parametrize(
    ("agent", "status", "code"),
    [
        ("busy", 429, "busy"),
        ("nobody", 422, "unknown_agent"),
        ("broken", 422, "bad_offer"),
        ("fault", 500, "internal_error"),
    ],
)
def test_what_the_engine_refuses_is_told(  # noqa: PLR0917 - pytest's arguments
    door: str,
    agent: str,
    status: int,
    code: str,
    signed: dict[str, str],
    asked: list[tuple[int, Offer]],
) -> None:
    answer = post(door, {**BODIES[door], "agentId": agent}, **signed)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert "secret" not in answer.content.decode()
    assert answer.headers.get("Retry-After") == ("30" if agent == "busy" else None)


@each
def test_a_wrong_body_is_told_why(
    door: str, signed: dict[str, str], asked: list[tuple[int, Offer]]
) -> None:
    for body in ("", "[]", "{}", '{"offer": 1, "sdp": 1}'):
        answer = post(door, body, **signed)
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")
    assert post(door, "x" * 200_000, **signed).status_code == 413
    assert Client().get(door).status_code == 405
    assert asked == []


def test_an_answer_is_no_offer(signed: dict[str, str], asked: list[tuple[int, Offer]]) -> None:
    body = {"sdp": "v=0", "type": "answer"}
    assert post("/api/voice/offer", body, **signed).status_code == 400


def test_start_is_refused_while_calls_are(
    signed: dict[str, str], asked: list[tuple[int, Offer]], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert post("/start", {}, **signed).status_code == 200
    monkeypatch.setattr(f"{__name__}.FAULTS", [BusyError("The disk is full.", retry_after_s=7)])
    answer = post("/start", {}, **signed)
    assert (answer.status_code, answer["Retry-After"]) == (429, "7")
    assert (answer.json()["code"], answer.json()["info"]) == ("busy", "The disk is full.")


def test_a_ticket_gets_ice_servers_and_stays_unused(
    client: Client, alice: User, settings: Any
) -> None:
    settings.VOICE = {**settings.VOICE, "ICE_SERVERS": [{"urls": ["stun:stun.example.com"]}]}
    row, secret = tickets.issue(alice, "scribe", ELSEWHERE)
    for _ in range(2):
        answer = client.get(f"/t/{secret}/api/ice-servers", headers={"Origin": ELSEWHERE})
        assert answer.json() == {"iceServers": [{"urls": ["stun:stun.example.com"]}]}
        assert answer.headers["Access-Control-Allow-Origin"] == ELSEWHERE
    row.refresh_from_db()
    assert row.used_at is None
    of_another = client.get(f"/t/{secret}/api/ice-servers", headers={"Origin": "http://elsewhere"})
    assert of_another.status_code == 401


def test_start_tells_of_a_ticket_that_leads_to_no_call(
    alice: User, make_call: CallMaker, asked: list[tuple[int, Offer]]
) -> None:
    call = make_call(alice)
    row, secret = tickets.issue(alice, "scribe", OWN)
    door = f"/t/{secret}/start"
    assert post(door, {"agentId": "scribe"}, Origin=OWN).status_code == 200
    other = post(door, {"agentId": "echo"}, Origin=OWN)
    assert (other.status_code, other.json()["code"]) == (403, "not_allowed")
    Ticket.objects.filter(pk=row.pk).update(used_at=timezone.now(), call_id=call.public_id)
    used = post(door, {}, Origin=OWN)
    assert (used.status_code, used.json()["code"]) == (403, "ticket_used")
