"""Stored files as answers, whole or by range, from any Django storage."""

import logging
import re
import shutil
from collections.abc import AsyncIterator, Callable, Generator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from asgiref.sync import sync_to_async
from django.core.files.storage import Storage
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header, parse_etags

logger = logging.getLogger(__name__)

CHUNK_BYTES = 256 * 1024
"""Bytes of a file that are read and sent at once: more take memory, fewer take more CPU."""

NOT_MODIFIED, PARTIAL, NOT_SATISFIABLE = 304, 206, 416
"""HTTP statuses."""

_RANGE = re.compile(r"bytes[ \t]*=[ \t]*([0-9]*)[ \t]*-[ \t]*([0-9]*)", re.IGNORECASE)
MOST_DIGITS = 18
"""A number of more digits is beyond any file; Python refuses to parse thousands of digits."""


class UnsatisfiableRangeError(Exception):
    """The range lies outside the file (416, not retryable)."""


@dataclass(frozen=True, slots=True)
class ByteRange:
    """Bytes `start` up to and including `end` of a file; `partial` if a range was requested."""

    start: int
    end: int
    partial: bool = False

    @property
    def length(self) -> int:
        return self.end - self.start + 1


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that never changes: `tag` is its entity tag without quotes, such as its SHA-256.

    `saved_as` is the name that a browser gives it; `about` says in a log whose it is.
    """

    storage: Storage
    name: str
    tag: str
    media_type: str
    saved_as: str
    about: str

    @property
    def etag(self) -> str:
        return f'"{self.tag}"'


def file_response(
    request: HttpRequest, file: StoredFile, note: Callable[[], None], *, as_download: bool
) -> HttpResponseBase:
    """Returns the file, whole or the requested range, and calls `note` before it gives bytes.

    Follows RFC 9110, sections 13 and 14: 200, 206, 304 or 416, also for malformed headers; several
    ranges at once are answered with the whole file, and so is HEAD. Raises Http404 where the
    storage does not have it. `request` may be a REST framework request.
    """
    size = _size(file)
    if _has_already(request.headers.get("If-None-Match", ""), file.etag):
        return _described(HttpResponse(status=NOT_MODIFIED), file)
    try:
        piece = asked_piece(request.headers if request.method == "GET" else {}, size, file.etag)
    except UnsatisfiableRangeError:
        refused = HttpResponse(status=NOT_SATISFIABLE)
        refused["Content-Range"] = f"bytes */{size}"
        return refused
    if request.method == "GET":
        note()
    response = _body(request, file, piece)
    if piece.partial:
        response["Content-Range"] = f"bytes {piece.start}-{piece.end}/{size}"
    response["Content-Length"] = str(piece.length)
    response["Content-Disposition"] = str(content_disposition_header(as_download, file.saved_as))
    return _described(response, file)


def asked_piece(headers: Any, size: int, etag: str) -> ByteRange:
    """Returns the part of a file of `size` bytes that the headers request.

    Raises UnsatisfiableRangeError. A range that is malformed, or whose `If-Range` names
    another version, is ignored (RFC 9110, 13.1.5 and 14.2); so is one with a date or a weak
    tag, which tell nothing of the bytes.
    """
    whole = ByteRange(0, size - 1)
    match = _RANGE.fullmatch(headers.get("Range", "").strip(" \t"))
    if match is None or headers.get("If-Range", etag).strip(" \t") != etag:
        return whole
    first, last = match.groups()
    if not first and not last:
        return whole
    if not first:  # the last n bytes
        start, end = max(0, size - _number(last)), size - 1
    else:
        start, end = _number(first), min(_number(last), size - 1) if last else size - 1
        if last and _number(last) < start:
            return whole
    if start > end:
        raise UnsatisfiableRangeError
    return ByteRange(start, end, partial=True)


def _number(digits: str) -> int:
    """Returns a number of a range; one with too many digits becomes one beyond any file."""
    significant = digits.lstrip("0")
    return 10**MOST_DIGITS if len(significant) > MOST_DIGITS else int(significant or "0")


def _has_already(if_none_match: str, etag: str) -> bool:
    """Returns whether the client has this version; tags are compared weakly (RFC 9110, 13.1.2)."""
    return any(tag.removeprefix("W/") in (etag, "*") for tag in parse_etags(if_none_match))


def _size(file: StoredFile) -> int:
    """Returns the file's size in bytes in the storage: Content-Length must be exact."""
    try:
        return file.storage.size(file.name)
    except Exception as error:  # every storage has its own error for a missing file
        logger.exception("%s is not in its storage", file.about)
        raise Http404("The file is not in the storage.") from error


def _described(response: HttpResponseBase, file: StoredFile) -> HttpResponseBase:
    response["ETag"] = file.etag
    response["Accept-Ranges"] = "bytes"
    response["Content-Type"] = file.media_type
    return response


def _body(request: HttpRequest, file: StoredFile, piece: ByteRange) -> HttpResponseBase:
    status = PARTIAL if piece.partial else 200
    if request.method == "HEAD":
        return HttpResponse(status=status)
    chunks = _read(file.storage, file.name, piece)
    # Django would read a plain iterator whole into memory before an ASGI server sends it
    content = _in_threads(chunks) if hasattr(_plain(request), "scope") else chunks
    return StreamingHttpResponse(content, status=status)


def _plain(request: Any) -> Any:
    """Returns Django's own request where REST framework wrapped it."""
    return getattr(request, "_request", request)


def _read(storage: Storage, name: str, piece: ByteRange) -> Generator[bytes, None, None]:
    """Yields the bytes of `piece`.

    An S3 file would be fetched whole before its first byte can be read, so the range is
    requested from the bucket instead.
    """
    if not piece.length:
        return
    with storage.open(name) as file:
        remote = getattr(file, "obj", None)
        if remote is not None:
            found = remote.get(Range=f"bytes={piece.start}-{piece.end}")
            yield from found["Body"].iter_chunks(CHUNK_BYTES)
            return
        file.seek(piece.start)
        left = piece.length
        while left and (chunk := file.read(min(CHUNK_BYTES, left))):
            left -= len(chunk)
            yield chunk


async def _in_threads(chunks: Generator[bytes, None, None]) -> AsyncIterator[bytes]:
    """Yields what `chunks` yields, reading off the event loop."""
    read = sync_to_async(lambda: next(chunks, b""), thread_sensitive=False)
    try:
        while chunk := await read():
            yield chunk
    finally:
        # if the client left during a read, the thread still runs the generator, and ends it
        with suppress(ValueError):
            await sync_to_async(chunks.close, thread_sensitive=False)()


def stored_chunks(storage: Storage, name: str) -> Generator[bytes, None, None]:
    """Yields all of a stored file, CHUNK_BYTES at a time. Raises what the storage raises."""
    with storage.open(name) as file:
        remote = getattr(file, "obj", None)
        if remote is not None:  # as in `_read`: not the whole of it into memory
            yield from remote.get()["Body"].iter_chunks(CHUNK_BYTES)
            return
        while chunk := file.read(CHUNK_BYTES):
            yield chunk


def save_as(storage: Storage, name: str, target: Path) -> None:
    """Copies a stored file to `target`. Raises what the storage raises."""
    with storage.open(name) as source, target.open("wb") as copy:
        shutil.copyfileobj(source, copy, CHUNK_BYTES)
