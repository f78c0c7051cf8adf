"""Answers that are made while they are sent."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

from asgiref.sync import sync_to_async
from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header


def attachment(
    request: Any, pieces: Iterator[bytes], media_type: str, name: str
) -> StreamingHttpResponse:
    """Returns `pieces` as a file to save; `request` may be a REST framework request.

    They are made in a thread, one at a time, as the client reads them.
    """
    plain = getattr(request, "_request", request)
    # Django would read a plain iterator whole into memory before an ASGI server sends it
    content = _in_threads(pieces) if hasattr(plain, "scope") else pieces
    disposition = str(content_disposition_header(True, name))
    headers = {"Content-Disposition": disposition}
    return StreamingHttpResponse(content, content_type=media_type, headers=headers)


async def _in_threads(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    make = sync_to_async(lambda: next(pieces, None))
    while (piece := await make()) is not None:
        yield piece
