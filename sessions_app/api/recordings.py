"""The audio of a call."""

from typing import Any, Protocol

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.http import HttpRequest, HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.exceptions import NotFound, PermissionDenied
from rest_framework.request import Request

from sessions_app.api import schema
from sessions_app.api.base import WHERE, CallView
from sessions_app.models import Call, Recording
from sessions_app.models.work import WorkState
from sessions_app.services import redactions


class ServeRecording(Protocol):
    """Responds with the recording, or the requested range of it, and logs the access."""

    def __call__(
        self,
        request: HttpRequest,
        call: Call,
        user: AbstractBaseUser | AnonymousUser,
        *,
        where: str,
        into_player: bool = False,
        as_download: bool = False,
        original: str = "",
    ) -> HttpResponseBase: ...


def why_not_ready(call: Call, recording: Recording | None) -> str:
    """Returns why no audio is available, and what to do; empty if it is."""
    if recording is None and call.consented_at is None:
        off = "recording was switched off on this server."
        refused = "the caller did not agree to be recorded."
        return f"There is no recording: {off if call.recording_was_off else refused}"
    if call.is_live:
        return f"The call is {call.state}: its recording is made when the call ends."
    if recording is None:
        return "There is no recording: no audio of this call was saved."
    if recording.state == WorkState.FAILED:
        return f"The recording failed: {recording.error or 'no reason was recorded'}"
    if recording.state != WorkState.DONE:
        return f"The recording is {recording.state}: try again in a few seconds."
    nothing = "There is no recording: no audio reached the server, or the recording was deleted."
    return "" if recording.file else nothing


class RecordingFile(CallView):
    """Needs `serve`, which sends the file: it belongs to the pages, so `urls` passes it."""

    serve: ServeRecording | None = None

    @extend_schema(
        operation_id="recording_retrieve",
        summary="The audio: stereo Ogg Opus, left caller, right agent",
        description="Takes one `Range` (RFC 9110, section 14), `If-Range` and `If-None-Match`. The "
        "access log records an export, whatever the client does with the audio.",
        tags=["recordings"],
        parameters=[
            OpenApiParameter(
                "Range", str, OpenApiParameter.HEADER, description="Such as bytes=0-65535."
            )
        ],
        responses={
            (200, "audio/ogg"): OpenApiResponse(OpenApiTypes.BINARY, "The whole file."),
            (206, "audio/ogg"): OpenApiResponse(OpenApiTypes.BINARY, "The range asked for."),
            304: OpenApiResponse(description="The client already has this file."),
            416: OpenApiResponse(description="The range lies outside the file."),
            **schema.SIGNED_IN,
            404: schema.error(
                "No such call for this user, or no recording (yet); the message says which.",
                "not_found",
                "The recording is pending: try again in a few seconds.",
            ),
        },
    )
    def get(self, request: Request, **_address: Any) -> HttpResponseBase:
        call = self.call()
        if reason := why_not_ready(call, Recording.objects.filter(call=call).first()):
            raise NotFound(reason)
        if self.serve is None:
            raise TypeError("RecordingFile.as_view() needs serve=recording_response.")
        return self.serve(request._request, call, request.user, where=f"recording {WHERE}")


class OriginalRecordingFile(CallView):
    """Needs `serve`, as `RecordingFile` does."""

    serve: ServeRecording | None = None

    @extend_schema(
        operation_id="recording_original_retrieve",
        summary="The audio with what is hidden in it",
        description="For staff with the permission *view unredacted*, where the agent has it kept. "
        "Takes the same headers as the recording; the access log records it.",
        tags=["recordings"],
        responses={
            (200, "audio/ogg"): OpenApiResponse(OpenApiTypes.BINARY, "The whole file."),
            403: schema.NOT_ALLOWED,
            **schema.OF_A_CALL,
        },
    )
    def get(self, request: Request, **_address: Any) -> HttpResponseBase:
        call = self.call()
        if not redactions.may_read_originals(request.user):
            raise PermissionDenied("Only staff who may hear what is hidden may do this.")
        name = redactions.original_sound_of(call, request.user)
        if not name or self.serve is None:
            raise NotFound("Nothing is hidden in the recording, or its original is not kept.")
        where = f"original recording {WHERE}"
        return self.serve(request._request, call, request.user, where=where, original=name)
