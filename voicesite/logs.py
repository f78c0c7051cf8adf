"""Log lines without words, secrets and addresses.

An exception is told by its kind and place, never by its message.
PostgreSQL quotes the whole row that it refuses, a parser the text that it cannot read. No
caller of `logger.exception` can know what a message quotes, so none of them is trusted with it.
"""

import copy
import logging
import re
import threading
from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from sessions_app.core.errors import chain_of, traced

SHORTEST = 4
"""Shorter texts of exceptions are left in a message: they are numbers and keys."""

logger = logging.getLogger(__name__)

TICKET = re.compile(r"(^|\s)/t/[^/\s]+")


class WithoutWords(logging.Formatter):
    """Formats records so that no exception's message is in them, wherever it was put.

    That is: in the traceback, in an argument of the message, or in a text that some library
    made of it. What is wrong with the settings (ImproperlyConfigured) is told in full.
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


def _message(record: logging.LogRecord) -> str:
    shown = copy.copy(record)
    shown.args = _without_errors(record.args)
    text = shown.getMessage()
    said = {
        words: type(error).__name__
        for error in _errors(record)
        for words in (str(error), repr(error))
        if len(words) >= SHORTEST
    }
    for words in sorted(said, key=len, reverse=True):  # one may be part of another
        text = text.replace(words, said[words])
    return text


def _without_errors(args: Any) -> Any:
    if isinstance(args, Mapping):
        return {name: _told(value) for name, value in args.items()}
    return tuple(_told(value) for value in args) if isinstance(args, tuple) else args


def _told(value: Any) -> Any:
    hidden = isinstance(value, BaseException) and not isinstance(value, ImproperlyConfigured)
    return type(value).__name__ if hidden else value


def _errors(record: logging.LogRecord) -> Iterator[BaseException]:
    """Yields the exceptions that a record is about, whose texts may stand in its message."""
    args = record.args.values() if isinstance(record.args, Mapping) else record.args or ()
    info = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
    for error in (info, *args):
        if isinstance(error, BaseException) and not isinstance(error, ImproperlyConfigured):
            yield from chain_of(error)


def log_threads() -> None:
    """Has a thread's last exception logged, instead of printed with its message."""

    def tell(args: threading.ExceptHookArgs) -> None:
        name = args.thread.name if args.thread is not None else "unknown"
        logger.error("the thread %r broke", name, exc_info=args.exc_value)

    threading.excepthook = tell


class WithoutTickets(logging.Filter):
    """Takes tickets out of the paths that Django logs."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(
                TICKET.sub(r"\1/t/-", value) if isinstance(value, str) else value
                for value in record.args
            )
        return True


class WrongHost(logging.Filter):
    """Says in one line what Django tells by a traceback that has the address in it."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = "a request named a host that is none of ALLOWED_HOSTS, and was refused"
        record.args, record.exc_info, record.exc_text = (), None, None
        return True
