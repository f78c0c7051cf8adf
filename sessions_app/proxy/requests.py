"""Relays one HTTP request to a media process."""

import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import httpx2
from asgiref.typing import ASGIReceiveCallable, ASGISendCallable, HTTPScope

from sessions_app.engine.core.errors import BusyError
from sessions_app.engine.text.cleaning import read_json
from sessions_app.proxy.headers import passed_on, returned
from sessions_app.runtime.media_processes import MediaProcesses, name_of

logger = logging.getLogger(__name__)

Owner = Callable[[str], Awaitable[str]]
"""Returns the media process that has the call with this id; empty if none has."""

TOO_MANY = 429
"""HTTP status."""

Response = tuple[int, list[tuple[bytes, bytes]], bytes]


@dataclass(frozen=True, slots=True)
class Route:
    """How media processes are found; a body of more than `longest` bytes is refused."""

    processes: MediaProcesses
    owner: Owner
    longest: int


async def relay_request(
    route: Route, scope: HTTPScope, receive: ASGIReceiveCallable, send: ASGISendCallable
) -> None:
    """Relays a request to the process of its call, or to the one with the fewest calls."""
    body = await _body(receive, route.longest)
    if body is None:
        limit = f"The body may be at most {route.longest // 1024} KiB."
        answer = _problem(413, "too_large", limit)
    else:
        try:
            answer = await _answered(route, scope, body)
        except BusyError as busy:
            answer = _problem(TOO_MANY, busy.code, busy.message, busy.retry_after_s)
    status, headers, content = answer
    await send(
        {"type": "http.response.start", "status": status, "headers": headers, "trailers": False}
    )
    await send({"type": "http.response.body", "body": content, "more_body": False})


async def _answered(route: Route, scope: HTTPScope, body: bytes) -> Response:
    """Asks one process, and then others if it has ended, or is busy and the call is new."""
    processes, given = route.processes, _fields(body)
    name = await _known(route, scope["path"], given)
    chosen = name or processes.asked_before(_sdp(given))
    busy: set[str] = set()
    while True:
        if not chosen:
            found = await processes.choose()
            # the same offer, sent at the same time, may have found one meanwhile
            chosen = processes.asked_before(_sdp(given)) or found
        processes.note_offer(_sdp(given), chosen)
        try:
            answer = await _asked(processes.client(chosen), scope, body)
            if name or not _is_busy(answer):
                return answer
            busy.add(chosen)
            chosen = await processes.another(busy)
            if not chosen:
                return answer
        except httpx2.TransportError as error:
            if isinstance(error, httpx2.ConnectError) and await processes.gone(chosen):
                name = chosen = ""
                continue
            logger.warning("media process %s gave no answer (%s)", chosen, type(error).__name__)
            return _problem(503, "media_gone", "The media process ended. Try again.", 1)


def _is_busy(answer: Response) -> bool:
    """Returns whether a process refused a call because it is full, not because of the caller."""
    status, _, content = answer
    return status == TOO_MANY and _fields(content).get("code") == BusyError.code


async def _known(route: Route, path: str, given: dict[str, Any]) -> str:
    """Returns the process of the call or session that a request names; empty for a new one."""
    session = path.partition("/sessions/")[2].partition("/")[0]
    for named in (given.get("pc_id"), given.get("pcId"), session):
        if isinstance(named, str) and route.processes.has(name_of(named)):
            return name_of(named)
    call_id = given.get("callId")
    if isinstance(call_id, str) and call_id:
        return await route.owner(call_id)
    return ""


def _sdp(given: dict[str, Any]) -> str:
    sdp = given.get("sdp") or given.get("offer")
    return sdp if isinstance(sdp, str) else ""


def _fields(body: bytes) -> dict[str, Any]:
    try:
        given = read_json(body)
    except ValueError:
        return {}
    return given if isinstance(given, dict) else {}


async def _asked(client: httpx2.AsyncClient, scope: HTTPScope, body: bytes) -> Response:
    target = scope.get("raw_path") or scope["path"].encode()
    query = b"?" + scope["query_string"] if scope["query_string"] else b""
    url = httpx2.URL("http://media").copy_with(raw_path=target.partition(b"?")[0] + query)
    request = httpx2.Request(scope["method"], url, headers=passed_on(scope), content=body)
    response = await client.send(request, stream=True)
    try:
        content = b"".join([part async for part in response.aiter_raw()])
    finally:
        await response.aclose()
    return response.status_code, returned(response.headers.raw), content


async def _body(receive: ASGIReceiveCallable, longest: int) -> bytes | None:
    """Returns the request's body; None for one that is too long."""
    parts, size = [], 0
    while True:
        message: Any = await receive()
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > longest:
            return None
        if not message.get("more_body"):
            return b"".join(parts)


def _problem(status: int, code: str, text: str, retry_after_s: int | None = None) -> Response:
    body = json.dumps({"code": code, "message": text, "info": text}).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % len(body)),
        (b"cache-control", b"private, no-store"),  # Django's middleware does not see it
    ]
    if retry_after_s is not None:
        headers.append((b"retry-after", b"%d" % retry_after_s))
    return status, headers, body
