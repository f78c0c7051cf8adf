"""What the doctor finds, and how each check is kept from holding up or breaking the others."""

import os
import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from urllib.parse import unquote, urlsplit

from django.db import DatabaseError, connections

from sessions_app.engine.core.errors import VoiceError
from sessions_app.runtime import stored_settings

THREADS = "voice-doctor-"
"""How the names of the threads of checks begin."""


DATABASE = "database"
"""The part that others need: where it fails, nothing was found out of these."""


class PartState(StrEnum):
    """How a part is; a PROBLEM makes the command fail."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"
    NOT_SET = "not set"
    NOT_CHECKED = "not checked"


@dataclass(frozen=True, slots=True)
class PartFinding:
    """What was found of one part, and what to do in one sentence; no secrets."""

    state: PartState
    detail: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class PartCheck:
    """A check of one part: it has `limit_s`, and `advice` is for where it fails or takes longer."""

    name: str
    check: Callable[[], PartFinding]
    advice: str
    limit_s: float = 15.0


def ok(detail: str) -> PartFinding:
    """Returns that a part works."""
    return PartFinding(PartState.OK, detail)


def warning(detail: str, advice: str) -> PartFinding:
    """Returns that a part works, but will not always, or not for everybody."""
    return PartFinding(PartState.WARNING, detail, advice)


def problem(detail: str, advice: str) -> PartFinding:
    """Returns that a part does not work."""
    return PartFinding(PartState.PROBLEM, detail, advice)


def not_set(detail: str, advice: str = "") -> PartFinding:
    """Returns that a part is not configured."""
    return PartFinding(PartState.NOT_SET, detail, advice)


def not_checked(detail: str, advice: str = "") -> PartFinding:
    """Returns that nothing can be said of a part."""
    return PartFinding(PartState.NOT_CHECKED, detail, advice)


def run(checks: Sequence[PartCheck]) -> dict[str, PartFinding]:
    """Returns what each check finds, by its name. They run at once, each in a thread of its own.

    One that raises, or that takes too long, is a problem of its part alone; its thread is left.
    """
    began, done = time.monotonic(), queue.SimpleQueue[tuple[str, PartFinding]]()
    for one in checks:
        name = f"{THREADS}{one.name}"
        threading.Thread(target=_run_one, args=(one, done), name=name, daemon=True).start()
    found: dict[str, PartFinding] = {}
    waiting = {one.name: began + one.limit_s for one in checks}
    while waiting:
        try:
            name, finding = done.get(timeout=max(0.0, min(waiting.values()) - time.monotonic()))
            found.setdefault(name, finding)
            waiting.pop(name, None)
        except queue.Empty:
            now = time.monotonic()
            for name in [name for name, until in waiting.items() if until <= now]:
                del waiting[name]
    return {one.name: _clean(found.get(one.name) or _late(one)) for one in checks}


def are_hanging() -> bool:
    """Returns whether checks that took too long are still at it."""
    return any(thread.name.startswith(THREADS) for thread in threading.enumerate())


def _late(one: PartCheck) -> PartFinding:
    return problem(f"It gave no answer within {one.limit_s:.0f} s.", one.advice)


def _run_one(one: PartCheck, done: "queue.SimpleQueue[tuple[str, PartFinding]]") -> None:
    try:
        found = one.check()
    except VoiceError as error:
        found = problem(error.message, one.advice)
    except DatabaseError as error:
        told = f"It failed: {type(error).__name__}."
        if one.name == DATABASE:
            found = problem(told, one.advice)
        else:
            found = not_checked(f"It needs the database. {told}", "Look at the database first.")
    except Exception as error:  # noqa: BLE001 - whatever fails is a finding; texts may hold secrets
        found = problem(f"It failed: {type(error).__name__}.", one.advice)
    finally:
        connections.close_all()
    done.put((one.name, found))


# -- secrets --------------------------------------------------------------------------------

SECRET_NAMES = ("KEY", "SECRET", "PASSWORD", "TOKEN", "CREDENTIAL")
SHORTEST = 6
"""Characters of a secret that is looked for. Fewer would hide words that only look like one."""


def _clean(found: PartFinding) -> PartFinding:
    """Returns a finding without secrets of the settings, which others' messages may quote."""
    detail = found.detail
    for secret in _secrets():
        detail = detail.replace(secret, "…")
    return replace(found, detail=detail)


def _secrets() -> set[str]:
    found = stored_settings.secrets()
    for name, value in os.environ.items():
        if any(part in name for part in SECRET_NAMES):
            found.add(value)
        if "://" in value:
            for one in value.split(","):
                password = _password(one)
                found |= {password, unquote(password)}
    return {one for one in found if len(one) >= SHORTEST}


def _password(url: str) -> str:
    try:
        return urlsplit(url).password or ""
    except ValueError:
        return ""
