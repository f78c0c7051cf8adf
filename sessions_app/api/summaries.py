"""What a call was about."""

from typing import Any

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.exceptions import NotFound, PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from sessions_app.api import schema
from sessions_app.api.base import WHERE, CallView
from sessions_app.api.errors import Conflict
from sessions_app.api.parameters import StrictBody
from sessions_app.api.summary_serializers import SummarySerializer
from sessions_app.models import AccessLog, Call, Summary
from sessions_app.models.work import WorkState
from sessions_app.services import access, summaries

LATER = "The call is live, or its summary is being made. Try again later."
NOT_YOURS = (
    "Only staff with the permission to change calls may do this; whoever may correct the "
    "transcript may where the summary is older than it."
)
NONE_YET = "There is no summary yet: it is made when the call ends."


def _summary_of(call: Call) -> Summary:
    summary = Summary.objects.filter(call=call).first()
    if summary is None:
        raise NotFound(NONE_YET)
    return summary


class SummaryDetail(CallView):
    """A call's summary, and how far it is."""

    @extend_schema(
        operation_id="summary_retrieve",
        summary="The summary, and whether it is ready",
        tags=["summaries"],
        responses={
            200: SummarySerializer,
            **schema.SIGNED_IN,
            404: schema.error(
                "No such call for this user, or no summary yet.", "not_found", NONE_YET
            ),
        },
    )
    def get(self, request: Request, **_address: Any) -> Response:
        call = self.call()
        summary = _summary_of(call)
        if summary.state == WorkState.DONE:
            access.log(call, request.user, AccessLog.Action.READ, WHERE)
        return Response(SummarySerializer(summary).data)


class SummariseAgain(CallView):
    """Queues a new summary, such as after corrections."""

    @extend_schema(
        operation_id="summary_again",
        summary="Make the summary again",
        description=(
            "For staff with the permission to change calls, and, where the summary is `outdated`, "
            "for whoever may correct the transcript. The new state is pending."
        ),
        tags=["summaries"],
        request=None,
        responses={
            202: OpenApiResponse(SummarySerializer, "Accepted; ask for the summary until done."),
            403: schema.NOT_ALLOWED,
            409: schema.error("Not now.", "conflict", LATER),
            **schema.OF_A_CALL,
        },
    )
    def post(self, request: Request, **_address: Any) -> Response:
        call = self.call()
        if not summaries.may_ask_again(request.user, call):
            raise PermissionDenied(NOT_YOURS)
        StrictBody(data=request.data).is_valid(raise_exception=True)
        if not summaries.ask_again(call, request.user):
            raise Conflict(LATER)
        return Response(SummarySerializer(_summary_of(call)).data, status=202)
