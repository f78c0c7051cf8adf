"""Transcripts: segments for programs, files for people."""

from typing import Any

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from sessions_app.api import schema
from sessions_app.api.base import WHERE, CallView
from sessions_app.api.serializers import SegmentsSerializer
from sessions_app.engine.exports.registry import FORMATS
from sessions_app.models import AccessLog
from sessions_app.services import access, exports, live_desk, transcripts, visit_log
from sessions_app.services.finding.words import not_known

BATCH = 1000  # segments per response: about an hour of talk

MOST_SEQ = 2**31 - 1
"""The greatest `seq` that the column of every database holds."""


class AfterSerializer(serializers.Serializer[Any]):
    """The query parameter with the last segment that a client has."""

    after = serializers.IntegerField(
        min_value=0,
        max_value=MOST_SEQ,
        default=0,
        help_text="The `last_seq` that you have; 0 for all.",
    )


class Segments(CallView):
    """A call's segments, or only those that a client does not have yet."""

    parameters = ("after",)

    @extend_schema(
        operation_id="segments_list",
        summary="Segments after a place in the call",
        description=(
            "Ordered by `seq`, which counts 1, 2, 3 … A page that sees a gap in what a live call "
            "sends, or returns to the call, catches up from here."
        ),
        tags=["transcripts"],
        parameters=[AfterSerializer],
        responses={200: SegmentsSerializer, **schema.OF_A_CALL, 400: schema.INVALID},
    )
    def get(self, request: Request, **_address: Any) -> Response:
        call = self.call()
        asked = AfterSerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        after: int = asked.validated_data["after"]
        rows = list(transcripts.after(call, after)[: BATCH + 1])
        batch = rows[:BATCH]
        # later batches are the same reading, and so is catching up on an open page of a live call
        by_a_page = request.auth is None and visit_log.is_reading(call, request.user)
        if after == 0 and not by_a_page:
            access.log(call, request.user, AccessLog.Action.READ, WHERE)
        page = {
            "segments": batch,
            "last_seq": batch[-1].seq if batch else after,
            "more": len(rows) > BATCH,
            "state": call.state,
        }
        typists = live_desk.may_see_typists(request.user, call)
        return Response(SegmentsSerializer(page, context={"typists": typists}).data)


class TranscriptFile(CallView):
    """The transcript in one of the export formats."""

    @extend_schema(
        operation_id="transcript_retrieve",
        summary="The transcript as a file",
        description=(
            "In CSV, a text that a spreadsheet would take for a formula, a number, a date or the "
            "like begins with the invisible U+2060; programs remove that one character."
        ),
        tags=["transcripts"],
        parameters=[OpenApiParameter("form", str, OpenApiParameter.PATH, enum=list(FORMATS))],
        responses={
            **{
                (200, kind.media_type.partition(";")[0]): OpenApiResponse(
                    OpenApiTypes.OBJECT if kind.extension == "json" else OpenApiTypes.STR,
                    f"The transcript as .{kind.extension}.",
                )
                for kind in FORMATS.values()
            },
            **schema.OF_A_CALL,
        },
    )
    def get(self, request: Request, form: str, **_address: Any) -> HttpResponse:
        call = self.call()
        if form not in FORMATS:
            raise NotFound(f"No such transcript format. {not_known(form, list(FORMATS))}")
        kind, text = exports.render(call, form, request.user)
        response = HttpResponse(text, content_type=kind.media_type)
        name = f"call-{call.public_id}.{kind.extension}"
        response["Content-Disposition"] = content_disposition_header(True, name)
        return response
