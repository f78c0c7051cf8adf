"""Every kind of access, against every kind of ending: all of it is over within ten seconds.

Each pair has a user of its own, so that all of them run beside each other in one product.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.end_to_end.test_tickets import an_offer
from tests.fixtures.server import UNSPOKEN, Product, wait_until

WITHIN_S = 10.0
BEGIN_S = 60.0
BUSY = 4429
SETTINGS = UNSPOKEN | {
    "VOICE_MAX_CALLS": "200",
    "VOICE_CALLS_PER_USER": "0",  # one that has just ended counts for a moment
    "VOICE_CALLS_PER_ADDRESS": "0",
    "VOICE_OFFERS_PER_USER": "0",
    "VOICE_OFFERS_PER_ADDRESS": "0",
    "VOICE_SOCKETS_PER_USER": "0",
    "VOICE_SOCKETS_PER_ADDRESS": "0",
}

SIGN_OUT, SHUT_OUT, NEW_PASSWORD = "sign-out", "deactivation", "password change"
REVOKED, DELETED, NO_RIGHT = "token revoked", "token deleted", "permission lost"
ENDINGS = (SIGN_OUT, SHUT_OUT, NEW_PASSWORD, REVOKED, DELETED, NO_RIGHT)
OF_A_SESSION = {SIGN_OUT, SHUT_OUT, NEW_PASSWORD}
OF_A_TOKEN = {SHUT_OUT, REVOKED, DELETED}

ENDS = {
    "socket by cookie": OF_A_SESSION,
    "socket by token": OF_A_TOKEN,
    "socket by a token in its first message": OF_A_TOKEN,
    "call by cookie": OF_A_SESSION,
    "call by token": OF_A_TOKEN,
    "call by an offer with a cookie": OF_A_SESSION,
    "call by an offer with a token": OF_A_TOKEN,
    "call by a session's ticket": OF_A_SESSION,
    "call by a token's ticket": OF_A_TOKEN,
    "call by an offer with a token's ticket": OF_A_TOKEN,
    "a token's ticket, unused": OF_A_TOKEN,
    "a session's ticket, unused": OF_A_SESSION,
    "resume token": OF_A_TOKEN,
    "Pipecat session": OF_A_TOKEN,
    "window on one's own call": OF_A_SESSION,
    "window of staff": {*OF_A_TOKEN, NO_RIGHT},
}
PAIRS = [(access, ending) for access in ENDS for ending in ENDINGS]

MAKE = """
import json
from importlib import import_module
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import Permission, User
from sessions_app.services import access
Store = import_module(settings.SESSION_ENGINE).SessionStore
view = Permission.objects.get(codename="view_call")
made = []
for number in range({count}):
    user = User(username=f"user-{{number}}", is_staff=True)
    user.set_unusable_password()
    user.save()
    user.user_permissions.add(view)
    session = Store()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    token = access.issue_token(user, "test")[1]
    made.append([user.pk, session.session_key, token])
print(json.dumps(made))
"""

END = """
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.utils import timezone
from sessions_app.models import ApiToken
for user_pk, session_key, ending in {todo}:
    user, tokens = User.objects.get(pk=user_pk), ApiToken.objects.filter(owner_id=user_pk)
    if ending == "sign-out":
        Session.objects.filter(session_key=session_key).delete()
    elif ending == "deactivation":
        User.objects.filter(pk=user_pk).update(is_active=False)
    elif ending == "password change":
        user.set_unusable_password()
        user.save()
    elif ending == "token revoked":
        tokens.update(revoked_at=timezone.now())
    elif ending == "token deleted":
        tokens.delete()
    elif ending == "permission lost":
        user.user_permissions.clear()
print("ended")
"""


class BusyServerError(Exception):
    """The server refused a call for now: seventy begin at once, beside other tests' work."""


@dataclass
class Access:
    """One user's way in, and what they hold by it."""

    product: Product
    name: str
    ending: str
    given: tuple[int, str, str]
    stack: AsyncExitStack
    calls: list[str] = field(default_factory=list)
    socket: ClientConnection | None = None
    last: Any = None
    path: str = ""

    @property
    def user_pk(self) -> int:
        return self.given[0]

    @property
    def session_key(self) -> str:
        return self.given[1]

    @property
    def token(self) -> str:
        return self.given[2]

    @property
    def pair(self) -> str:
        return f"{self.name}, {self.ending}"

    @property
    def ends(self) -> bool:
        return self.ending in ENDS[self.name]

    @property
    def cookie(self) -> dict[str, str]:
        return {"Cookie": f"sessionid={self.session_key}", "Origin": self.product.url}

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    async def open(self, path: str, **headers: str) -> ClientConnection:
        url = self.product.url.replace("http", "ws", 1) + path
        self.socket = await self.stack.enter_async_context(
            connect(url, additional_headers=headers, ping_interval=None)
        )
        return self.socket

    async def call(self, path: str = "/ws/voice", token: str = "", **headers: str) -> Any:
        """Starts a call over a socket; returns what the server said."""
        socket = await self.open(path, **headers)
        auth = {"auth": {"token": token}} if token else {}
        try:
            await socket.send(json.dumps({"type": "session_start", "output": None, **auth}))
            while (told := json.loads(await socket.recv()))["type"] != "session_started":
                assert told["type"] != "error" or told["code"] == "busy", (self.name, told)
        except ConnectionClosed as closed:
            if closed.rcvd is None or closed.rcvd.code != BUSY:
                raise
            raise BusyServerError from closed
        self.calls.append(told["callId"])
        return told

    async def post(self, path: str, body: Any, **headers: str) -> tuple[int, Any]:
        status, answer = await asyncio.to_thread(
            self.product.ask, path, body, {"Content-Type": "application/json", **headers}
        )
        return status, answer

    async def ticket(self, **headers: str) -> str:
        status, made = await self.post("/api/v1/tickets", {}, **headers)
        assert status == 201, made
        return str(made["path"])

    @property
    def csrf(self) -> dict[str, str]:
        """A cookie's request to REST has the page's token."""
        word = "a" * 32
        cookie = f"{self.cookie['Cookie']}; csrftoken={word}"
        return {**self.cookie, "Cookie": cookie, "X-CSRFToken": word}

    async def begin(self) -> None:
        """Comes in by the way that `name` says; tries again where the server is busy."""
        async with asyncio.timeout(BEGIN_S):
            while True:
                try:
                    await WAYS[self.name](self)
                except BusyServerError:
                    continue
                return

    async def by_ticket(self, **headers: str) -> Any:
        return await self.call(await self.ticket(**headers) + "/ws/voice")

    async def unused(self, **headers: str) -> None:
        self.path = await self.ticket(**headers)

    async def to_resume(self) -> None:
        self.path = f"/t/{(await self.by_ticket(**self.bearer))['resumeToken']}"

    async def announced(self) -> None:
        status, told = await self.post("/start", {}, **self.bearer)
        assert status == 200, told
        self.path = f"/sessions/{told['sessionId']}/api/offer"

    async def own_window(self) -> None:
        await self.call(token=self.token)
        await self.open(f"/ws/calls/{self.calls.pop()}/live", **self.cookie)

    async def by_offer(self, ticket: str, **headers: str) -> None:
        status, told = await self.post(f"{ticket}/api/voice/offer", await an_offer(), **headers)
        if status == HTTPStatus.SERVICE_UNAVAILABLE:
            raise BusyServerError
        assert status == 200, told
        self.calls.append(told["callId"])

    async def offer_by_ticket(self) -> None:
        await self.by_offer(await self.ticket(**self.bearer))

    async def over(self, limit_s: float) -> bool:
        """Returns whether what they hold ends before the limit."""
        if self.name.endswith("unused") or self.name == "resume token":
            return await self.refused_by_ticket()
        if self.name == "Pipecat session":
            status, _ = await self.post(self.path, await an_offer(), **self.bearer)
            assert status in (200, 401, 404)
            return status != 200
        if self.socket is None:
            return True  # its call says it
        try:
            async with asyncio.timeout(max(0.1, limit_s)):
                async for message in self.socket:
                    self.last = json.loads(message)
        except TimeoutError:
            return False
        except ConnectionClosed:
            pass
        assert self.socket.close_code == 4401, self.name
        if self.calls:
            told = self.last["type"], self.last["reason"]
            assert told == ("session_ended", "signed_out"), self.name
        return True

    async def refused_by_ticket(self) -> bool:
        url = self.product.url.replace("http", "ws", 1) + self.path + "/signaling"
        async with connect(url) as socket:
            try:
                await socket.send('{"type": "ping"}')
                await socket.recv()
            except ConnectionClosed:
                assert socket.close_code == 4401
                return True
        return False


OPEN_CALL: list[str] = []
"""A call of somebody else's, which staff watch."""

WAYS: dict[str, Callable[[Access], Awaitable[Any]]] = {
    "socket by cookie": lambda one: one.open("/signaling", **one.cookie),
    "socket by token": lambda one: one.open("/signaling", **one.bearer),
    "socket by a token in its first message": lambda one: one.call(token=one.token),
    "call by cookie": lambda one: one.call(**one.cookie),
    "call by token": lambda one: one.call(**one.bearer),
    "call by an offer with a cookie": lambda one: one.by_offer("", **one.cookie),
    "call by an offer with a token": lambda one: one.by_offer("", **one.bearer),
    "call by a session's ticket": lambda one: one.by_ticket(**one.csrf),
    "call by a token's ticket": lambda one: one.by_ticket(**one.bearer),
    "call by an offer with a token's ticket": lambda one: one.offer_by_ticket(),
    "a token's ticket, unused": lambda one: one.unused(**one.bearer),
    "a session's ticket, unused": lambda one: one.unused(**one.csrf),
    "resume token": lambda one: one.to_resume(),
    "Pipecat session": lambda one: one.announced(),
    "window on one's own call": lambda one: one.own_window(),
    "window of staff": lambda one: one.open(f"/ws/calls/{OPEN_CALL[0]}/live", **one.bearer),
}
assert WAYS.keys() == ENDS.keys()


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with Product(tmp_path_factory.mktemp("product"), SETTINGS).running("web") as product:
        yield product


async def test_what_came_in_ends_with_what_it_came_in_by(product: Product) -> None:
    script = MAKE.format(count=len(PAIRS))
    made = json.loads(product.manage("shell", "--no-imports", "-c", script).splitlines()[-1])
    async with AsyncExitStack() as stack:
        everybody = [
            Access(product, name, ending, given, stack)
            for (name, ending), given in zip(PAIRS, made, strict=True)
        ]
        watched = Access(product, "call by token", "", made[0], stack)
        await watched.call(token=product.credentials["user"]["token"])
        OPEN_CALL[:] = watched.calls
        # offers last: a call that never connects ends by itself after 15 s
        for offers in (False, True):
            await asyncio.gather(
                *(one.begin() for one in everybody if ("offer" in one.name) is offers)
            )
        await asyncio.to_thread(end_all, everybody)
        end_s = time.monotonic() + WITHIN_S
        held = [one for one in everybody if one.ends]
        over = await asyncio.gather(*(one.over(end_s - time.monotonic()) for one in held))
        assert [one.pair for one, is_over in zip(held, over, strict=True) if not is_over] == []
        for one in held:
            for call in one.calls:
                reason = partial(ended_by, product, call)
                assert await asyncio.to_thread(wait_until, reason, 5, one.pair) == "signed_out"
        others = [one for one in everybody if not one.ends and one.socket is not None]
        over = await asyncio.gather(*(one.over(0.1) for one in others))
        assert [one.pair for one, is_over in zip(others, over, strict=True) if is_over] == []
        assert ended_by(product, OPEN_CALL[0]) == ""


def end_all(everybody: list[Access]) -> None:
    todo = [[one.user_pk, one.session_key, one.ending] for one in everybody]
    script = END.format(todo=todo)
    everybody[0].product.manage("shell", "--no-imports", "-c", script)


def ended_by(product: Product, call: str) -> str:
    return str(product.json(f"/api/v1/calls/{call}/", "staff")["end_reason"])
