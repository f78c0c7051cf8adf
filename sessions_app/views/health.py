"""Liveness (`healthz`) and readiness (`readyz`) of the process."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

from django.conf import settings
from django.http import HttpRequest, JsonResponse

from sessions_app.engine.core.errors import BusyError
from sessions_app.runtime import (
    call_factory,
    engine,
    media_processes,
    recogniser_use,
    service_trials,
)
from sessions_app.runtime.health_checks import PARTS, STOPPING

CHECK_S = 3.0
"""The longest a check may take. Longer delays the answer; shorter reports slow parts as broken."""

OK = "ok"


class PartError(Exception):
    """A part of the service does not work; the message says why."""


Check = Callable[[], Awaitable[None]]


async def healthz(request: HttpRequest) -> JsonResponse:  # noqa: ARG001 - Django's contract
    """Answers 200 with this process's number of calls and the recogniser that is in use."""
    load, found = engine.current().load(), recogniser_use.in_use()
    recogniser = {"recogniser": found.name, "instead_of": found.instead_of}
    return JsonResponse({"status": OK, **load, **recogniser})


async def readyz(request: HttpRequest) -> JsonResponse:  # noqa: ARG001
    """Answers 200 if this process can serve calls, else 503 with the parts that fail.

    The database must be writable, disks must have room, worker and beat must be alive; in a
    process that carries calls a recogniser and a voice must answer.
    """
    checks: dict[str, Check] = {
        "channel_layer": service_trials.try_channel_layer,
        "broker": _broker,
    }
    if settings.VOICE["ROLE"] == "web":
        checks["media"] = _media
    else:
        checks |= {
            part: partial(_engine, part) for part in (call_factory.RECOGNISER, call_factory.VOICE)
        }
    looking = asyncio.create_task(engine.current().faults.check())
    results = await asyncio.gather(*(_outcome(check) for check in checks.values()))
    parts = dict.fromkeys(PARTS, OK) | {fault.part: fault.why for fault in await looking}
    parts |= zip(checks, results, strict=True)
    lag_ms = round(engine.current().lag.percentile_ms(0.99), 1)
    load = {"calls": await _calls(), "lag_p99_ms": lag_ms}
    ready = all(result == OK for result in parts.values())
    return JsonResponse(
        {"status": OK if ready else "not ready", "parts": parts, "load": load},
        status=200 if ready else 503,
    )


async def _calls() -> int:
    """Returns the number of calls in this process or in its media processes."""
    if settings.VOICE["ROLE"] != "web":
        return int(engine.current().load()["calls"])
    try:
        return await media_processes.current().calls()
    except BusyError:
        return 0


async def _outcome(check: Check) -> str:
    try:
        async with asyncio.timeout(CHECK_S):
            await check()
    except TimeoutError:
        return f"no answer within {CHECK_S:.0f} s"
    except PartError as error:
        return str(error)
    except Exception as error:  # noqa: BLE001 - any failure is reported by its type
        return f"failed: {type(error).__name__}"
    return OK


async def _broker() -> None:
    await asyncio.to_thread(service_trials.try_broker)


async def _media() -> None:
    current = media_processes.current()
    await current.calls()
    found = sorted(current.faults() - {STOPPING})  # one that restarts; new calls go to others
    if found:
        raise PartError(f"A media process cannot do its work: {', '.join(found)}.")


async def _engine(part: str) -> None:
    if not await engine.current().ready(part):
        raise PartError(f"No {part} answers.")
