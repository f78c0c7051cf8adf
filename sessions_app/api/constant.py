"""Responses that stay the same until the next start: made once, revalidated by entity tag."""

import hashlib
from dataclasses import dataclass, field

from django.http import HttpResponse
from django.utils.http import parse_etags
from rest_framework.request import Request

from sessions_app.services.caching import PUBLIC_REVALIDATED

NOT_MODIFIED = 304
"""HTTP status."""


@dataclass(frozen=True, slots=True)
class Constant:
    """The body of a response, and its entity tag."""

    content: bytes
    content_type: str
    file_name: str = ""
    etag: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "etag", f'"{hashlib.sha256(self.content).hexdigest()[:32]}"')


def answer(request: Request, constant: Constant) -> HttpResponse:
    """Returns the response, or 304 if the client has it (RFC 9110, 13.1.2); publicly cacheable."""
    known = parse_etags(request.headers.get("If-None-Match", ""))
    if any(tag.removeprefix("W/") in (constant.etag, "*") for tag in known):
        response = HttpResponse(status=NOT_MODIFIED)
        del response["Content-Type"]
    else:
        response = HttpResponse(constant.content, content_type=constant.content_type)
        if constant.file_name:
            response["Content-Disposition"] = f'inline; filename="{constant.file_name}"'
    response["ETag"] = constant.etag
    response["Cache-Control"] = PUBLIC_REVALIDATED
    return response
