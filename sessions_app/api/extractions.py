"""The values taken from a call, over REST: read, correct, take again."""

from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from sessions_app.api import schema
from sessions_app.api.base import WHERE, CallView
from sessions_app.api.errors import Conflict
from sessions_app.api.fields import WorkStateField
from sessions_app.api.parameters import StrictBody
from sessions_app.engine.summaries.taking import fields_of
from sessions_app.engine.understanding.fields import value_problem
from sessions_app.models import AccessLog, Call, Extraction
from sessions_app.models.work import WorkState
from sessions_app.services import access, extractions
from sessions_app.services.finding.words import not_known

NONE_YET = "Nothing is taken from this call: its agent asks for nothing, or the call is live."
LATER = (
    "The call is live, its values are being taken, its words were erased, or its agent asks for "
    "none."
)


class ExtractionSerializer(serializers.ModelSerializer[Extraction]):
    """What was taken from a call; `state` says whether it is ready.

    `values` has each field of the agent's schema, null where the call does not say it. Those in
    `corrections` were set by hand; `found` has what was taken.
    """

    state = WorkStateField()
    values = serializers.DictField(source="in_order", child=serializers.JSONField(), read_only=True)
    found = serializers.DictField(child=serializers.JSONField(), read_only=True)
    corrections = serializers.DictField(child=serializers.JSONField(), read_only=True)
    evidence = serializers.DictField(
        child=serializers.ListField(child=serializers.IntegerField()),
        read_only=True,
        help_text="The segments (`seq`) that what was found rests on, by field.",
    )
    schema = serializers.DictField(
        child=serializers.JSONField(),
        read_only=True,
        help_text="The agent's JSON Schema that they were taken by.",
    )
    corrected_by = serializers.CharField(source="corrected_by.username", default="", read_only=True)

    class Meta:
        model = Extraction
        fields: ClassVar[tuple[str, ...]] = (
            "state",
            "error",
            "done_at",
            "values",
            "evidence",
            "found",
            "corrections",
            "corrected_by",
            "corrected_at",
            "schema",
            "schema_version",
            "engine",
            "model",
            "note",
            "requests",
            "tokens_in",
            "tokens_out",
            "cost",
        )
        read_only_fields = fields


class ExtractionCorrectionSerializer(StrictBody):
    """Values to set by hand, and corrections to undo."""

    values = serializers.DictField(
        child=serializers.JSONField(allow_null=True),
        default=dict,
        help_text="By field; null says that the call does not say it.",
    )
    take_back = serializers.ListField(
        child=serializers.CharField(max_length=50),
        default=list,
        help_text="Fields that are to have again what was found.",
    )


def _of(call: Call) -> Extraction:
    found = Extraction.objects.filter(call=call).select_related("corrected_by").first()
    if found is None:
        raise NotFound(NONE_YET)
    return found


class ExtractionDetail(CallView):
    """Reads the values taken from a call, or corrects them."""

    @extend_schema(
        operation_id="extraction_retrieve",
        summary="What was taken from the call by its agent's fields",
        tags=["extraction"],
        responses={200: ExtractionSerializer, **schema.OF_A_CALL},
    )
    def get(self, request: Request, **_address: Any) -> Response:
        call = self.call()
        found = _of(call)
        if found.state == WorkState.DONE:
            access.log(call, request.user, AccessLog.Action.READ, f"taken values {WHERE}")
        return Response(ExtractionSerializer(found).data)

    @extend_schema(
        operation_id="extraction_correct",
        summary="Correct what was taken",
        description="For staff with the permission to change calls. What was found is kept.",
        tags=["extraction"],
        request=ExtractionCorrectionSerializer,
        responses={
            200: ExtractionSerializer,
            403: schema.NOT_ALLOWED,
            **schema.OF_A_CALL,
            400: schema.INVALID,
        },
    )
    def patch(self, request: Request, **_address: Any) -> Response:
        call = self.changing_call()
        given = ExtractionCorrectionSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        row = _of(call)
        values, take_back = given.validated_data["values"], given.validated_data["take_back"]
        _check(row, values, take_back)
        extractions.correct(row, request.user, values, take_back)
        return Response(ExtractionSerializer(_of(call)).data)


class ExtractAgain(CallView):
    """Queues taking a call's values again, such as after its agent's fields have changed."""

    @extend_schema(
        operation_id="extraction_again",
        summary="Take the values again",
        description="For staff with the permission to change calls. Corrections stay.",
        tags=["extraction"],
        request=None,
        responses={
            202: OpenApiResponse(ExtractionSerializer, "Accepted; ask for it until done."),
            403: schema.NOT_ALLOWED,
            409: schema.error("Not now.", "conflict", LATER),
            **schema.OF_A_CALL,
        },
    )
    def post(self, request: Request, **_address: Any) -> Response:
        call = self.changing_call()
        StrictBody(data=request.data).is_valid(raise_exception=True)
        if not extractions.ask_again(call, request.user):
            raise Conflict(LATER)
        return Response(ExtractionSerializer(_of(call)).data, status=202)


def _check(row: Extraction, values: dict[str, Any], take_back: list[str]) -> None:
    """Raises ValidationError that names each unknown field, or whose value is wrong."""
    fields = fields_of(row.schema)
    wrong = {name: [not_known(name, list(fields))] for name in values if name not in fields}
    for name in values.keys() & fields.keys():
        if problem := value_problem(fields[name], values[name]):
            wrong[name] = [problem]
    for name in take_back:
        if name not in row.corrections:
            wrong[name] = ["It has no correction."]
    if wrong:
        raise ValidationError(wrong)
