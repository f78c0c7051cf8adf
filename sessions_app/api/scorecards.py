"""Scorecards: the forms there are, those of a call, one's own, and all as a file."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound, PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from sessions_app.api import schema
from sessions_app.api.base import WHERE, ApiView, CallView
from sessions_app.api.errors import error_response
from sessions_app.api.parameters import StrictBody
from sessions_app.models import (
    AccessLog,
    QuestionKind,
    Scorecard,
    ScorecardForm,
    ScorecardVersion,
)
from sessions_app.services import scorecard_exports, scorecards
from sessions_app.services.visit_log import note_visit

NOT_TO_READ = (
    "Only staff with a permission for scorecards see them, and the call's owner where the setting "
    "REVIEW_FOR_OWNER names scorecards."
)
NOT_TO_SCORE = "Only staff with the permission to fill in scorecards may do this."
NOT_TO_EXPORT = "Only staff with the permission to view scorecards may do this."
NO_FORM = "There is no such form to fill in; GET …/scorecard-forms lists them."
NO_CARD = "You have not filled in that form for this call."
CONFLICT = 409
"""HTTP status."""

MOST_DIGITS = 19
"""Keys have fewer: 2⁶³ has as many."""

FORM = OpenApiParameter("form_id", int, OpenApiParameter.PATH, description="The form's id.")


class QuestionSerializer(serializers.Serializer[Any]):
    """A question; answers are given by its `key`, which stays through the form's versions."""

    key = serializers.CharField()
    text = serializers.CharField()
    kind = serializers.ChoiceField(choices=QuestionKind.choices)
    lowest = serializers.IntegerField(allow_null=True, help_text="Of a number.")
    highest = serializers.IntegerField(allow_null=True, help_text="Of a number.")
    choices = serializers.ListField(child=serializers.CharField(), help_text="Of a choice.")

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        # not declared as an attribute: it would hide the serializer's own `required`
        return {**super().get_fields(), "required": serializers.BooleanField()}


class FormSerializer(serializers.ModelSerializer[ScorecardVersion]):
    """A form that can be filled in, as it is asked now."""

    id = serializers.IntegerField(source="form_id", read_only=True)
    name = serializers.CharField(source="form.name", read_only=True)
    description = serializers.CharField(source="form.description", read_only=True)
    version = serializers.IntegerField(source="number", read_only=True)
    questions = QuestionSerializer(many=True, read_only=True)
    questions_id = serializers.SerializerMethodField(
        help_text="Another one whenever the questions are changed."
    )

    class Meta:
        model = ScorecardVersion
        fields: ClassVar[tuple[str, ...]] = (
            *("id", "name", "description", "version", "questions", "questions_id"),
        )
        read_only_fields = fields

    def get_questions_id(self, version: ScorecardVersion) -> str:
        return scorecards.questions_id(version)


class ScorecardSerializer(serializers.ModelSerializer[Scorecard]):
    """What one reviewer answered, with the questions as they were asked."""

    form = serializers.IntegerField(source="form_id", read_only=True)
    name = serializers.CharField(source="form.name", read_only=True)
    version = serializers.IntegerField(source="version.number", read_only=True)
    questions = QuestionSerializer(source="version.questions", many=True, read_only=True)
    reviewer = serializers.CharField(
        source="reviewer.username", default="", read_only=True, help_text="Empty once erased."
    )
    answers = serializers.DictField(
        read_only=True,
        help_text="By the questions' keys: a number, true or false, or a text; none where a "
        "question was left out.",
    )

    class Meta:
        model = Scorecard
        fields: ClassVar[tuple[str, ...]] = (
            "form",
            "name",
            "version",
            "questions",
            "answers",
            "reviewer",
            "created_at",
            "updated_at",
        )
        read_only_fields = fields


class AnswersSerializer(StrictBody):
    """All answers of a reviewer to a form, by the questions' keys."""

    answers = serializers.DictField(
        child=serializers.JSONField(), help_text='Such as {"12": 4, "13": true, "14": "polite"}.'
    )
    questions_id = serializers.CharField(
        required=False,
        max_length=100,
        help_text="The form's `questions_id` that you have seen. If it asks something else by now, "
        "nothing is stored (409, `stale_form`).",
    )


class ScorecardForms(ApiView):
    """The forms that can be filled in."""

    @extend_schema(
        operation_id="scorecard_forms",
        summary="Forms that can be filled in",
        description="For staff with a permission for scorecards. Staff define them in the admin.",
        tags=["review"],
        responses={
            200: FormSerializer(many=True),
            403: schema.error("You may not see them.", "not_allowed", NOT_TO_SCORE),
            **schema.SIGNED_IN,
        },
    )
    def get(self, request: Request) -> Response:
        user = request.user
        if not (scorecards.may_score(user) or scorecards.may_read_all(user)):
            raise PermissionDenied(NOT_TO_SCORE)
        return Response(FormSerializer(scorecards.newest(), many=True).data)


class CallScorecards(CallView):
    """The scorecards of a call that the user may see."""

    @extend_schema(
        operation_id="scorecards_list",
        summary="The call's scorecards",
        description="Staff with the permission to view scorecards see all, those who fill them in "
        "their own, and the call's owner all where the setting `REVIEW_FOR_OWNER` names "
        "`scorecards`.",
        tags=["review"],
        responses={
            200: ScorecardSerializer(many=True),
            403: schema.error("You may not see them.", "not_allowed", NOT_TO_READ),
            **schema.OF_A_CALL,
        },
    )
    def get(self, request: Request, **_address: Any) -> Response:
        call = self.call()
        if not scorecards.may_read(request.user, call):
            raise PermissionDenied(NOT_TO_READ)
        note_visit(call, request.user, AccessLog.Action.READ, f"scorecards {WHERE}")
        found = scorecards.visible(call, request.user)
        return Response(ScorecardSerializer(found, many=True).data)


class OwnScorecard(CallView):
    """Fills in, changes or deletes the reviewer's own scorecard of a call."""

    @extend_schema(
        operation_id="scorecard_fill_in",
        summary="Fill in a scorecard, or change your answers",
        description="For staff with the permission to fill in scorecards. Each reviewer has one "
        "scorecard of each form; it answers the form's newest version.",
        tags=["review"],
        parameters=[FORM],
        request=AnswersSerializer,
        responses={
            200: ScorecardSerializer,
            403: schema.error("You may not do this.", "not_allowed", NOT_TO_SCORE),
            409: schema.error(
                "The form was changed meanwhile.",
                "stale_form",
                "The form was changed while you filled it in. Read its questions again.",
            ),
            **schema.OF_A_CALL,
            400: schema.INVALID,
        },
    )
    def put(self, request: Request, form_id: int, **_address: Any) -> Response:
        call = self.call()
        self._check()
        version = next((one for one in scorecards.newest() if one.form_id == form_id), None)
        if version is None:
            raise NotFound(NO_FORM)
        given = AnswersSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        answers = given.validated_data["answers"]
        seen = given.validated_data.get("questions_id", scorecards.questions_id(version))
        try:
            scorecards.check_asked(form_id, seen)
            card = scorecards.score(call, version, request.user, answers)
        except scorecards.AnswersRefusedError as error:
            raise ValidationError({key: [why] for key, why in error.fields.items()}) from error
        except scorecards.FormChangedError as error:
            return error_response(error.code, error.message, CONFLICT)
        return Response(ScorecardSerializer(card).data)

    @extend_schema(
        operation_id="scorecard_delete",
        summary="Delete your scorecard",
        tags=["review"],
        parameters=[FORM],
        responses={
            200: OpenApiResponse(ScorecardSerializer, "What is deleted now."),
            403: schema.error("You may not do this.", "not_allowed", NOT_TO_SCORE),
            **schema.OF_A_CALL,
        },
    )
    def delete(self, request: Request, form_id: int, **_address: Any) -> Response:
        call = self.call()
        self._check()
        own: QuerySet[Scorecard] = Scorecard.objects.filter(call=call, reviewer=request.user.pk)
        card = (
            own.select_related("form", "version", "reviewer", "call").filter(form=form_id).first()
        )
        if card is None:
            raise NotFound(NO_CARD)
        gone = ScorecardSerializer(card).data
        scorecards.delete(card, request.user)
        return Response(gone)

    def _check(self) -> None:
        if not scorecards.may_score(self.request.user):
            raise PermissionDenied(NOT_TO_SCORE)


class ScorecardsFile(ApiView):
    """Every reviewer's scorecards as CSV."""

    parameters = ("form",)

    @extend_schema(
        operation_id="scorecards_file",
        summary="All scorecards as CSV, one line an answer",
        description="For staff with the permission to view scorecards. Texts that a spreadsheet "
        "would take for a formula, a number or the like begin with the invisible U+2060.",
        tags=["review"],
        parameters=[OpenApiParameter("form", int, description="Only those of this form.")],
        responses={
            (200, "text/csv"): OpenApiResponse(OpenApiTypes.STR, "The file."),
            403: schema.error("You may not do this.", "not_allowed", NOT_TO_EXPORT),
            **schema.SIGNED_IN,
            400: schema.INVALID,
        },
    )
    def get(self, request: Request) -> HttpResponse:
        if not scorecards.may_read_all(request.user):
            raise PermissionDenied(NOT_TO_EXPORT)
        cards = Scorecard.objects.all()
        if "form" in request.query_params:
            cards = cards.filter(form=_form(request.query_params["form"]))
        text = scorecard_exports.render(cards, request.user)
        response = HttpResponse(text, content_type=scorecard_exports.MEDIA_TYPE)
        response["Content-Disposition"] = 'attachment; filename="scorecards.csv"'
        return response


def _form(text: str) -> ScorecardForm:
    plain = text.isascii() and text.isdigit() and len(text) < MOST_DIGITS
    form = ScorecardForm.objects.filter(pk=int(text)).first() if plain else None
    if form is None:
        raise ValidationError({"form": ["There is no form with this id."]})
    return form
