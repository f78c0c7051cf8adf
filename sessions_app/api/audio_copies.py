"""Recordings in other formats."""

from typing import Any, ClassVar

from django.http import HttpResponseBase
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from sessions_app.api import schema
from sessions_app.api.base import WHERE, CallView
from sessions_app.api.errors import Conflict
from sessions_app.api.fields import AudioFormatField, WorkStateField
from sessions_app.api.parameters import StrictBody
from sessions_app.models import AudioCopy, AudioFormat
from sessions_app.services import audio_copies
from sessions_app.services.finding.words import not_known

ASK_FIRST = "It has not been asked for: POST its format to the call's /audio first."
FORMAT = OpenApiParameter("form", str, OpenApiParameter.PATH, enum=AudioFormat.values)


class AudioWishSerializer(StrictBody):
    """Which format the recording is wanted in."""

    format = AudioFormatField(read_only=False)


class AudioCopySerializer(serializers.ModelSerializer[AudioCopy]):
    """A recording in another format; `url` serves it once its state is done."""

    format = AudioFormatField()
    state = WorkStateField()
    url = serializers.SerializerMethodField()

    class Meta:
        model = AudioCopy
        fields: ClassVar[tuple[str, ...]] = (
            "format",
            "state",
            "error",
            "size",
            "sha256",
            "asked_at",
            "done_at",
            "url",
        )
        read_only_fields = fields

    def get_url(self, row: AudioCopy) -> str:
        path = reverse("api:audio-file", args=[self.context["call_id"], row.format])
        return str(self.context["request"].build_absolute_uri(path))


class AudioCopies(CallView):
    """The recording's other formats: which are ready, and a way to request one."""

    @extend_schema(
        operation_id="audio_list",
        summary="In which other formats the recording was asked for",
        tags=["recordings"],
        responses={200: AudioCopySerializer(many=True), **schema.OF_A_CALL},
    )
    def get(self, request: Request, **_address: Any) -> Response:
        found = AudioCopy.objects.filter(call=self.call())
        return Response(AudioCopySerializer(found, many=True, context=self._context()).data)

    @extend_schema(
        operation_id="audio_ask",
        summary="Have the recording made as m4a (AAC), mp3 or wav",
        description="It is made once, in the background, and goes when the recording goes: ask "
        "again, or look at the list, until its state is done. One that failed is tried again.",
        tags=["recordings"],
        request=AudioWishSerializer,
        responses={
            202: OpenApiResponse(AudioCopySerializer, "Accepted, or there already."),
            409: schema.error("There is no recording.", "conflict", audio_copies.NO_RECORDING),
            **schema.OF_A_CALL,
            400: schema.INVALID,
        },
    )
    def post(self, request: Request, **_address: Any) -> Response:
        call = self.call()
        given = AudioWishSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        try:
            row = audio_copies.ask(call, request.user, given.validated_data["format"])
        except audio_copies.NoRecordingError as error:
            raise Conflict(error.message) from error
        return Response(AudioCopySerializer(row, context=self._context()).data, status=202)

    def _context(self) -> dict[str, Any]:
        return {"request": self.request, "call_id": self.kwargs["call_id"]}


class AudioFile(CallView):
    """The recording in one other format, whole or by range."""

    @extend_schema(
        operation_id="audio_retrieve",
        summary="The recording in another format, once it was made: left caller, right agent",
        description="Takes one `Range`, `If-Range` and `If-None-Match`, as the recording does. The "
        "access log records an export.",
        tags=["recordings"],
        parameters=[
            FORMAT,
            OpenApiParameter(
                "Range", str, OpenApiParameter.HEADER, description="Such as bytes=0-65535."
            ),
        ],
        responses={
            **{
                (status, kind): OpenApiResponse(OpenApiTypes.BINARY, told)
                for kind in audio_copies.MEDIA_TYPES.values()
                for status, told in ((200, "The whole file."), (206, "The range asked for."))
            },
            304: OpenApiResponse(description="The client already has this file."),
            416: OpenApiResponse(description="The range lies outside the file."),
            **schema.SIGNED_IN,
            404: schema.error("No such call, or it was not made (yet).", "not_found", ASK_FIRST),
        },
    )
    def get(self, request: Request, form: str, **_address: Any) -> HttpResponseBase:
        call = self.call()
        if form not in AudioFormat.values:
            raise NotFound(f"No such audio format. {not_known(form, AudioFormat.values)}")
        row = audio_copies.of(call)[form]
        if row is None or not row.is_ready:
            raise NotFound(_why_not_ready(row))
        where = f"recording as {form} {WHERE}"
        return audio_copies.response(request._request, row, call, request.user, where)


def _why_not_ready(row: AudioCopy | None) -> str:
    if row is None:
        return ASK_FIRST
    if row.is_under_way:
        return f"It is {row.state}: try again in a few seconds."
    return f"It could not be made: {row.error or 'no reason was recorded'}. Ask for it again."
