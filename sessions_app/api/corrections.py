"""Corrections of a transcript, their history, and undo."""

from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.exceptions import NotFound, PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from sessions_app.api import schema
from sessions_app.api.base import WHERE, CallView
from sessions_app.api.correction_serializers import (
    CorrectionSerializer,
    HistorySerializer,
    UndoSerializer,
)
from sessions_app.api.errors import error_response
from sessions_app.api.serializers import ErrorSerializer, SegmentSerializer
from sessions_app.models import AccessLog, Segment
from sessions_app.services import access, corrections, live_desk, transcripts, visit_log

MOST_REVISIONS = 200
"""Revisions of one line that are listed; more were made by a program."""

CONFLICT = 409
"""HTTP status: the line has changed since the client read it."""

NOT_YOURS = (
    "Only staff with the permission to correct transcripts may do this, and the owner of a call "
    "where the setting CORRECT_BY_OWNER allows it."
)
SEQ = OpenApiParameter("seq", int, OpenApiParameter.PATH)
CONFLICTS = OpenApiResponse(
    ErrorSerializer,
    "Not changed: somebody else changed the segment meanwhile (`stale_revision`; the answer has "
    "it as `segment`), the call is live, or nothing is left to undo.",
    [
        schema.example("stale_revision", "Line 3 was changed meanwhile: …", segment={"seq": 3}),
        schema.example("call_live", "The call … is live. …"),
        schema.example("nothing_to_undo", "No correction of line 3 is left to undo."),
    ],
)
CHANGED = {
    200: SegmentSerializer,
    403: schema.error("You may see the call but not correct it.", "not_allowed", NOT_YOURS),
    409: CONFLICTS,
    **schema.OF_A_CALL,
    400: schema.INVALID,
}
KNOWN_REFUSALS = (
    corrections.NothingToUndoError,
    corrections.StaleRevisionError,
    corrections.StillLiveError,
)


class SegmentView(CallView):
    """A view of the segment `seq` in the URL."""

    def segment(self) -> Segment:
        """Returns it; raises UnknownCallError and NotFound."""
        seq: int = self.kwargs["seq"]
        found = transcripts.after(self.call(), seq - 1).filter(seq=seq).select_related("call")
        segment = found.first()
        if segment is None:
            raise NotFound(f"The call has no segment {seq}.")
        return segment

    def changed(self, change: Callable[[Segment], Segment]) -> Response:
        """Returns the segment after `change`; raises PermissionDenied for those who may not."""
        if not corrections.may_correct(self.request.user, self.call()):
            raise PermissionDenied(NOT_YOURS)
        try:
            return Response(self._shown(change(self.segment())))
        except corrections.StaleRevisionError as error:  # the client has not seen it as it is now
            now = self._shown(error.segment)
            return error_response(error.code, error.message, CONFLICT, segment=now)
        except KNOWN_REFUSALS as error:
            return error_response(error.code, error.message, CONFLICT)

    def _shown(self, segment: Segment) -> Any:
        typists = live_desk.may_see_typists(self.request.user, segment.call)
        return SegmentSerializer(segment, context={"typists": typists}).data


class SegmentDetail(SegmentView):
    """Corrects one segment's text."""

    @extend_schema(
        operation_id="segment_correct",
        summary="Correct what was recognised",
        description=(
            "For staff with the permission to correct transcripts, and the call's owner where "
            "`CORRECT_BY_OWNER` allows it; once the call has ended. The recognised `text` stays; "
            "an empty `edited_text` removes the correction."
        ),
        tags=["transcripts"],
        parameters=[SEQ],
        request=CorrectionSerializer,
        responses=CHANGED,
    )
    def patch(self, request: Request, **_address: Any) -> Response:
        def change(segment: Segment) -> Segment:
            given = CorrectionSerializer(data=request.data)
            given.is_valid(raise_exception=True)
            return corrections.correct(
                segment,
                request.user,
                given.validated_data["edited_text"],
                nothing_said=given.validated_data["nothing_said"],
                expected=given.validated_data.get("revision"),
            )

        return self.changed(change)


class SegmentUndo(SegmentView):
    """Takes the newest correction of one segment back."""

    @extend_schema(
        operation_id="segment_undo",
        summary="Undo the newest correction of a segment",
        description=(
            "Done again, it undoes the one before. An undo is a revision, too. For whoever may "
            "correct the segment."
        ),
        tags=["transcripts"],
        parameters=[SEQ],
        request=UndoSerializer,
        responses=CHANGED,
    )
    def post(self, request: Request, **_address: Any) -> Response:
        def change(segment: Segment) -> Segment:
            given = UndoSerializer(data=request.data)
            given.is_valid(raise_exception=True)
            expected = given.validated_data.get("revision")
            return corrections.undo(segment, request.user, expected=expected)

        return self.changed(change)


class SegmentHistory(SegmentView):
    """Lists the corrections of one segment, and who made them."""

    @extend_schema(
        operation_id="segment_history",
        summary="The history of a segment",
        description=f"Who changed what people read, and when; the newest {MOST_REVISIONS}.",
        tags=["transcripts"],
        parameters=[SEQ],
        responses={200: HistorySerializer, **schema.OF_A_CALL},
    )
    def get(self, request: Request, **_address: Any) -> Response:
        segment = self.segment()
        if request.auth is not None or not visit_log.is_reading(segment.call, request.user):
            access.log(segment.call, request.user, AccessLog.Action.READ, WHERE)
        rows = list(corrections.history(segment)[: MOST_REVISIONS + 1])
        allowed = corrections.may_correct(request.user, segment.call)
        told = {
            "revision": segment.revision,
            "may_correct": allowed and not segment.call.is_live,
            "revisions": rows[:MOST_REVISIONS],
            "more": len(rows) > MOST_REVISIONS,
        }
        return Response(HistorySerializer(told).data)
