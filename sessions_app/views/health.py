"""Whether the process serves, and whether all it needs answers."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, JsonResponse

from sessions_app.bridge import engine, media_processes
from sessions_app.core.errors import BusyError
from voicesite.celery import app

CHECK_S = 3.0
OK = "ok"

Check = Callable[[], Awaitable[None]]


async def healthz(request: HttpRequest) -> JsonResponse:  # noqa: ARG001 - Django's contract
    """Answers 200 when the process serves, and says how many calls it carries."""
    return JsonResponse({"status": OK, **engine.current().load()})


async def readyz(request: HttpRequest) -> JsonResponse:  # noqa: ARG001
    """Answers 200 when all parts answer, else 503; says which do not, and the load."""
    checks: dict[str, Check] = {
        "database": _database,
        "channel_layer": _channel_layer,
        "broker": _broker,
        "recogniser": _recogniser,
    }
    if settings.VOICE["ROLE"] == "web":
        del checks["recogniser"]
        checks["media"] = _media
    results = await asyncio.gather(*(_outcome(check) for check in checks.values()))
    parts = dict(zip(checks, results, strict=True))
    lag_ms = round(engine.current().lag.percentile_ms(0.99), 1)
    load = {"calls": await _calls(), "lag_p99_ms": lag_ms}
    ready = all(result == OK for result in results)
    return JsonResponse(
        {"status": OK if ready else "not ready", "parts": parts, "load": load},
        status=200 if ready else 503,
    )


async def _calls() -> int:
    """Returns how many calls there are, in this process or in the media processes behind it."""
    if settings.VOICE["ROLE"] != "web":
        return int(engine.current().load()["calls"])
    try:
        return await media_processes.current().calls()
    except BusyError:
        return 0


async def _outcome(check: Check) -> str:
    try:
        await asyncio.wait_for(check(), CHECK_S)
    except TimeoutError:
        return f"no answer within {CHECK_S:.0f} s"
    except Exception as error:  # noqa: BLE001 - whatever fails is told by its kind
        return f"failed: {type(error).__name__}"
    return OK


async def _database() -> None:
    await sync_to_async(_ask_database)()


def _ask_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


async def _channel_layer() -> None:
    layer = get_channel_layer()
    channel = await layer.new_channel()
    word = secrets.token_hex(8)
    await layer.send(channel, {"type": "health.check", "word": word})
    answer = await layer.receive(channel)
    if answer["word"] != word:
        raise ValueError("the channel layer answered with another message")


async def _broker() -> None:
    await asyncio.to_thread(_ask_broker)


def _ask_broker() -> None:
    with app.connection_for_write() as broker:
        broker.ensure_connection(max_retries=0, timeout=2)
        channel: Any = broker.channel()
        channel.close()


async def _media() -> None:
    await media_processes.current().calls()


async def _recogniser() -> None:
    if not await engine.current().recogniser_ready():
        raise RuntimeError("no recogniser worker answers")
