"""Transcripts of many calls as one zip file, streamed."""

import io
import zipfile
from collections.abc import Iterator
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import QuerySet
from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone

from sessions_app.engine.exports.registry import FORMATS
from sessions_app.models import AccessLog, Call
from sessions_app.services import access, exports
from sessions_app.services.streaming import attachment

FORMS = ("txt", "json")

CALLS_AT_ONCE = 50
"""Calls that are read from the database at once: more take memory, fewer take more queries."""

WHERE = "in the admin, zip"


class _Pipe(io.RawIOBase):
    """A write-only file whose written bytes are read in chunks."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._pieces.append(bytes(data))
        return len(data)

    def take(self) -> bytes:
        taken = b"".join(self._pieces)
        self._pieces.clear()
        return taken


def zipped(queryset: QuerySet[Call], user: AbstractBaseUser | AnonymousUser) -> Iterator[bytes]:
    """Yields a zip of the calls' transcripts, one call in memory at a time.

    Each call is logged as exported when it is sent: a broken download logs no more.
    """
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for call in (
            queryset.select_related("agent", "owner")
            .order_by("created_at", "pk")
            .iterator(CALLS_AT_ONCE)
        ):
            access.log(call, user, AccessLog.Action.EXPORTED, WHERE)
            header, rows = exports.header(call), exports.rows(call, user)
            for form in FORMS:
                text = FORMATS[form].render(header, rows)
                archive.writestr(f"{call.created_at:%Y-%m-%d}-{call.public_id}.{form}", text)
            yield pipe.take()
    yield pipe.take()


def zip_response(request: HttpRequest, queryset: QuerySet[Call]) -> StreamingHttpResponse:
    """Returns the transcripts of `queryset` as a streamed zip file."""
    name = f"transcripts-{timezone.localtime():%Y%m%d-%H%M%S}.zip"
    return attachment(request, zipped(queryset, request.user), "application/zip", name)
