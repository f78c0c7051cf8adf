"""What a token is good for, at every kind of place that takes one."""

import json
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.routing import URLRouter
from channels.testing import WebsocketCommunicator
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from sessions_app.models import ApiToken, Call, TokenScope
from sessions_app.routing import websocket_urlpatterns
from sessions_app.services import access
from sessions_app.services.authentication import Way, by_token, still_valid
from tests.conftest import CallMaker
from tests.consumers.conftest import own_endings

__all__ = ["own_endings"]

READ, WRITE, CALL = TokenScope.READ, TokenScope.WRITE, TokenScope.CALL


def asked(user: User, scope: str, method: str, path: str, body: Any = None) -> Any:
    _, secret = access.issue_token(user, scope, scopes=[scope])
    return Client().generic(
        method,
        path,
        "" if body is None else json.dumps(body),
        content_type="application/json",
        headers={"Authorization": f"Bearer {secret}"},
    )


@pytest.mark.parametrize(
    ("method", "path", "good"),
    [
        ("GET", "/api/v1/calls/", {READ}),
        ("GET", "/api/v1/changes/", {READ}),
        ("PATCH", "/api/v1/calls/{call}/", {WRITE}),
        ("POST", "/api/v1/tickets", {CALL}),
        ("GET", "/api/v1/ice-servers", {READ, CALL}),
        ("GET", "/api/v1/agents/", {READ, CALL}),
        ("GET", "/api/v1/me", {READ, WRITE, CALL}),
    ],
)
def test_over_rest(
    alice: User, make_call: CallMaker, method: str, path: str, good: set[TokenScope]
) -> None:
    call = make_call(alice)
    body = None if method == "GET" else {"title": "Monday"} if method == "PATCH" else {}
    for scope in TokenScope:
        answer = asked(alice, scope, method, path.format(call=call.public_id), body)
        assert (answer.status_code in (200, 201)) is (scope in good), scope
        if scope not in good:
            assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")
            assert f"this one has: {scope}." in answer.json()["message"]
    assert Call.objects.get().title == ("Monday" if method == "PATCH" else "")


def test_at_a_door(alice: User) -> None:
    statuses = {
        scope: asked(alice, scope, "POST", "/session", {}).status_code for scope in TokenScope
    }
    assert statuses[READ] == statuses[WRITE] == 401
    assert statuses[CALL] not in (401, 403)


def test_an_expired_token_is_none_and_ends_what_it_opened(alice: User) -> None:
    token, secret = access.issue_token(alice, "x", expires_at=timezone.now() + timedelta(minutes=1))
    held = [(Way.TOKEN, str(token.pk), alice.pk)]
    assert by_token(secret) is not None
    assert still_valid(held)
    ApiToken.objects.update(expires_at=timezone.now())
    assert by_token(secret) is None
    assert not still_valid(held)
    answer = Client().get("/api/v1/me", headers={"Authorization": f"Bearer {secret}"})
    assert (answer.status_code, answer.json()["code"]) == (401, "bad_token")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("path", "good"), [("live", READ), ("desk", WRITE)])
async def test_on_sockets(alice: User, make_call: CallMaker, path: str, good: TokenScope) -> None:
    call = await sync_to_async(make_call)(alice)
    for scope in TokenScope:
        _, secret = await sync_to_async(access.issue_token)(alice, "x", scopes=[scope])
        headers = [(b"authorization", f"Bearer {secret}".encode())]
        route = f"/ws/calls/{call.public_id}/{path}"
        wire: Any = WebsocketCommunicator(URLRouter(websocket_urlpatterns), route, headers)
        await wire.connect()
        refused = False
        if scope is not good:
            refused = (await wire.receive_output(5))["code"] == 4401
        assert refused is (scope is not good)
        await wire.disconnect()
