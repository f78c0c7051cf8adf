"""Log lines without words, secrets and addresses.

An exception is logged by its kind and place, never by its message.
PostgreSQL quotes the whole row that it refuses, a parser the text that it cannot read. No
caller of `logger.exception` can know what a message quotes, so none of them is trusted with it.
"""

import copy
import http
import json
import logging
import os
import re
import sys
import threading
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from sessions_app.engine.core.errors import chain_of, traced
from sessions_app.engine.core.traced_calls import current_call, shown_trace_id

SHORTEST = 4
"""Shorter texts of exceptions are left in a message: they are numbers and keys."""

logger = logging.getLogger(__name__)

CALL = re.compile(r"\bcall %s")
"""How messages name the call that they are about."""

CALL_ID = re.compile(r"[\w-]{1,64}", re.ASCII)

ANSWERS = frozenset(status.phrase for status in http.HTTPStatus)
CSRF = "django.security.csrf"


class WithoutWords(logging.Formatter):
    """Formats records so that no exception's message is in them, wherever it was put.

    That is: in the traceback, in an argument of the message, or in a text that some library
    made of it. Errors in the settings (ImproperlyConfigured) are logged in full.
    """

    def format(self, record: logging.LogRecord) -> str:
        shown = copy.copy(record)
        shown.msg, shown.args = _message(record), None
        shown.exc_text = None  # another handler's formatter may have left the whole text there
        return super().format(shown)

    def formatException(self, ei: Any) -> str:  # noqa: N802 - logging's name
        error = ei[1]
        if error is None:
            return ""
        told = f": {error}" if isinstance(error, ImproperlyConfigured) else ""
        kind, _, where = traced(error).partition("\n")
        return f"{kind}{told}\n{where}".rstrip()


class AsJson(WithoutWords):
    """Formats each record as one line of JSON, with as little in it as WithoutWords leaves.

    It has the fields of docs/tracing.md: those that have no value are left out.
    """

    def __init__(self) -> None:
        super().__init__()
        given = (os.environ.get(name) for name in ("METRICS_PROCESS", "SUPERVISOR_PROCESS_NAME"))
        self._process = next(filter(None, given), "")

    def format(self, record: logging.LogRecord) -> str:
        call_id = call_of(record)
        told = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": _message(record),
            "process": self._process,
            "pid": record.process,
            "call_id": call_id,
            "trace_id": shown_trace_id(call_id) if call_id else "",
            **self._error(record),
        }
        return json.dumps({name: value for name, value in told.items() if value != ""})

    def _error(self, record: logging.LogRecord) -> dict[str, str]:
        if not isinstance(record.exc_info, tuple):
            return {}
        kind, _, where = self.formatException(record.exc_info).partition("\n")
        return {"error": kind, "traceback": where}


def call_of(record: logging.LogRecord) -> str:
    """Returns the public id of the call that a record is about; empty where it is about none.

    That is the one that its message names, or else the one whose work logged it.
    """
    found = CALL.search(record.msg) if isinstance(record.msg, str) else None
    if found is not None and isinstance(record.args, tuple):
        place = record.msg[: found.start()].replace("%%", "").count("%")
        named = record.args[place] if place < len(record.args) else None
        if isinstance(named, str) and CALL_ID.fullmatch(named):
            return named
    return current_call.get()


def _message(record: logging.LogRecord) -> str:
    shown = copy.copy(record)
    shown.msg, shown.args = _told(record.msg), _without_errors(record.args)
    text = shown.getMessage()
    said = {
        words: type(error).__name__
        for error in _errors(record)
        for words in (str(error), repr(error))
        if len(words) >= SHORTEST
    }
    for words in sorted(said, key=len, reverse=True):  # one text may be part of another
        text = text.replace(words, said[words])
    return text


def _without_errors(args: Any) -> Any:
    if isinstance(args, Mapping):
        return {name: _told(value) for name, value in args.items()}
    return tuple(_told(value) for value in args) if isinstance(args, tuple) else args


def _told(value: Any) -> Any:
    if isinstance(value, (list, tuple, set, frozenset)) and any(map(_is_error, value)):
        return [_told(one) for one in value]  # their texts would hold the exceptions' own
    return type(value).__name__ if _is_error(value) else value


def _is_error(value: Any) -> bool:
    return isinstance(value, BaseException) and not isinstance(value, ImproperlyConfigured)


def _errors(record: logging.LogRecord) -> Iterator[BaseException]:
    """Yields the exceptions that a record is about, whose texts may stand in its message."""
    args = record.args.values() if isinstance(record.args, Mapping) else record.args or ()
    info = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
    for error in (record.msg, info, *args):
        if isinstance(error, BaseException) and _is_error(error):
            yield from chain_of(error)


def log_threads() -> None:
    """Has a thread's last exception logged, instead of printed with its message."""

    def tell(args: threading.ExceptHookArgs) -> None:
        name = args.thread.name if args.thread is not None else "unknown"
        logger.error("the thread %r broke", name, exc_info=args.exc_value)

    threading.excepthook = tell


class Requests(logging.Filter):
    """Reduces Django's request log lines to what `targets` allows."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            said = record.args
            if record.name == CSRF and said and isinstance(said[0], str):
                # The reason is Django's own, up to the origin that was sent
                record.args = (said[0].partition(" - ")[0], *map(_allowed, said[1:]))
            else:
                record.args = tuple(map(_allowed, said))
        return True


def _allowed(value: object) -> object:
    # not at the top: settings are read before addresses can be
    from voicesite import targets  # noqa: PLC0415

    if not isinstance(value, str) or value in ANSWERS or value in targets.METHODS:
        return value
    try:
        return targets.loggable(value)
    except Exception:  # noqa: BLE001 - the addresses cannot be loaded, which is logged elsewhere
        return targets.HIDDEN


class Servers(logging.Filter):
    """Takes out of the lines of Daphne, Twisted and asyncio whatever describes an object.

    Protocols, tasks and transports show the client's address and the path that it asked for.
    """

    NAMES = ("daphne", "twisted", "asyncio")

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.partition(".")[0] not in self.NAMES:
            return True
        if isinstance(record.args, tuple):
            record.args = tuple(map(_kind, record.args))
        if not isinstance(record.msg, str):
            record.msg = type(getattr(record.msg, "value", record.msg)).__name__  # a Failure's
        if "Traceback" in record.msg:  # Daphne logs it as text: it is reduced like any other
            record.msg = "an error"
            record.exc_info = record.exc_info or _handled()
        if not record.args:
            # asyncio lists its objects in further lines, and in brackets
            record.msg = record.msg.partition("\n")[0].partition("(")[0].partition("<")[0]
        return True


def _handled() -> Any:
    """Returns what `exc_info` is for the error that is being handled."""
    error = sys.exception()
    return (type(error), error, error.__traceback__) if error is not None else None


def _kind(value: object) -> object:
    """Returns the kind of an object, also of one that was already converted to text."""
    if isinstance(value, str):
        return value.partition(" ")[0].strip("<>") if value.startswith("<") else value
    return value if isinstance(value, (int, float, BaseException)) else type(value).__name__


class WrongHost(logging.Filter):
    """Says in one line what Django tells by a traceback that has the address in it."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = "a request named a host that is none of ALLOWED_HOSTS, and was refused"
        record.args, record.exc_info, record.exc_text = (), None, None
        return True
