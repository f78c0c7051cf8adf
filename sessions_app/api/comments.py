"""Comments at places in a call: read, write, answer, resolve."""

from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound, PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from sessions_app.api import schema
from sessions_app.api.base import WHERE, CallView
from sessions_app.api.errors import Conflict
from sessions_app.api.parameters import StrictBody
from sessions_app.models import AccessLog, Call, ReviewComment
from sessions_app.models.review import LONGEST_COMMENT
from sessions_app.services import comments
from sessions_app.services.comments import AnsweredError, CommentRefusedError, Thread
from sessions_app.services.visit_log import note_visit

NOT_TO_READ = (
    "Only staff with a permission for comments see them, and the call's owner where the setting "
    "REVIEW_FOR_OWNER names comments."
)
NOT_TO_WRITE = "Only staff with the permission to comment on calls may do this."
NOT_THE_AUTHOR = "Only who wrote a comment changes or deletes it; others may answer or resolve it."
NO_COMMENT = "The call has no such comment; GET …/comments lists them."
KEY = OpenApiParameter("comment", int, OpenApiParameter.PATH)
REFUSED = {
    403: schema.error("You may not do this.", "not_allowed", NOT_TO_WRITE),
    **schema.OF_A_CALL,
    400: schema.INVALID,
}


class AnswerSerializer(serializers.ModelSerializer[ReviewComment]):
    """An answer to a comment."""

    author = serializers.CharField(
        source="author.username", default="", read_only=True, help_text="Empty once erased."
    )

    class Meta:
        model = ReviewComment
        fields: ClassVar[tuple[str, ...]] = (
            "id",
            "text",
            "author",
            "staff_only",
            "created_at",
            "edited_at",
        )
        read_only_fields = fields


class CommentSerializer(AnswerSerializer):
    """A comment at a place on the call clock; resolved where `resolved_at` is set."""

    resolved_by = serializers.CharField(source="resolved_by.username", default="", read_only=True)

    class Meta(AnswerSerializer.Meta):
        fields: ClassVar[tuple[str, ...]] = (
            *AnswerSerializer.Meta.fields,
            "at_ms",
            "resolved_at",
            "resolved_by",
        )
        read_only_fields = fields


class ThreadSerializer(CommentSerializer):
    """A comment with its answers, the oldest first."""

    answers = AnswerSerializer(many=True, read_only=True)

    class Meta(CommentSerializer.Meta):
        fields: ClassVar[tuple[str, ...]] = (*CommentSerializer.Meta.fields, "answers")
        read_only_fields = fields


class NewCommentSerializer(StrictBody):
    """A comment at `at_ms`, or an answer to the comment `answer_to`."""

    text = serializers.CharField(max_length=LONGEST_COMMENT)
    at_ms = serializers.IntegerField(
        required=False, min_value=0, max_value=comments.MOST_MS, help_text="Call clock."
    )
    answer_to = serializers.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    staff_only = serializers.BooleanField(
        default=True, help_text="Whether it is kept from the call's owner, whatever the settings."
    )

    def validate(self, attrs: Any) -> Any:
        if ("at_ms" in attrs) == ("answer_to" in attrs):
            raise ValidationError({"at_ms": ["Give a place, or the comment that this answers."]})
        return attrs


class CommentChangeSerializer(StrictBody):
    """What is to be otherwise: text and `staff_only` by its author, `resolved` by any writer."""

    text = serializers.CharField(required=False, max_length=LONGEST_COMMENT)
    staff_only = serializers.BooleanField(required=False)
    resolved = serializers.BooleanField(required=False)


class StateSerializer(serializers.Serializer[Any]):
    """The query parameter that picks open or resolved comments."""

    state = serializers.ChoiceField(
        choices=["open", "resolved"], required=False, help_text="Only those."
    )


class CommentView(CallView):
    """A view of comments; `found` gives the call, for a reader or a writer."""

    def found(self, *, to_write: bool = False) -> Call:
        """Returns the call; raises PermissionDenied if the user may see it, but not do this."""
        call, user = self.call(), self.request.user
        if not comments.may_read(user, call):
            raise PermissionDenied(NOT_TO_READ)
        if to_write and not comments.may_write(user):
            raise PermissionDenied(NOT_TO_WRITE)
        return call

    def comment(self, call: Call, key: int) -> ReviewComment:
        """Returns a comment or an answer of the call."""
        row = comments.visible(call, self.request.user).filter(pk=key).first()
        if row is None:
            raise NotFound(NO_COMMENT)
        return row

    def own(self, call: Call, key: int) -> ReviewComment:
        """Returns a comment that the user wrote; raises PermissionDenied for another's."""
        row = self.comment(call, key)
        if row.author_id != self.request.user.pk:
            raise PermissionDenied(NOT_THE_AUTHOR)
        return row


class CommentList(CommentView):
    """Reads a call's comments, or adds one."""

    parameters = ("state",)

    @extend_schema(
        operation_id="comments_list",
        summary="The call's comments with their answers, by their place in the call",
        description="For staff with a permission for comments. The call's owner sees those that "
        "are not `staff_only`, where the setting `REVIEW_FOR_OWNER` names comments.",
        tags=["review"],
        parameters=[StateSerializer],
        responses={200: ThreadSerializer(many=True), **REFUSED},
    )
    def get(self, request: Request, **_address: Any) -> Response:
        call = self.found()
        asked = StateSerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        note_visit(call, request.user, AccessLog.Action.READ, f"comments {WHERE}")
        rows = comments.threads(call, request.user)
        if state := asked.validated_data.get("state"):
            done = state == "resolved"
            rows = [row for row in rows if (row.comment.resolved_at is not None) == done]
        return Response([_as_json(row) for row in rows])

    @extend_schema(
        operation_id="comment_say",
        summary="Comment on a place in the call, or answer a comment",
        description="For staff with the permission to comment on calls.",
        tags=["review"],
        request=NewCommentSerializer,
        responses={201: CommentSerializer, **REFUSED},
    )
    def post(self, request: Request, **_address: Any) -> Response:
        call = self.found(to_write=True)
        given = NewCommentSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        asked = given.validated_data
        text, how = asked["text"], {"staff_only": asked["staff_only"]}
        try:
            if "answer_to" in asked:
                first = self.comment(call, asked["answer_to"])
                made = comments.answer(first, request.user, text, **how)
            else:
                made = comments.say(call, request.user, asked["at_ms"], text, **how)
        except CommentRefusedError as error:
            raise ValidationError({"text": [error.message]}) from error
        return Response(CommentSerializer(made).data, status=201)


class CommentDetail(CommentView):
    """Changes, resolves or deletes one comment."""

    @extend_schema(
        operation_id="comment_change",
        summary="Resolve a comment or open it again; change its text",
        description="Staff who may comment resolve each other's; the text is its author's.",
        tags=["review"],
        parameters=[KEY],
        request=CommentChangeSerializer,
        responses={200: ThreadSerializer, **REFUSED},
    )
    def patch(self, request: Request, comment: int, **_address: Any) -> Response:
        call = self.found(to_write=True)
        given = CommentChangeSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        asked = given.validated_data
        row = self.comment(call, comment)
        if {"text", "staff_only"} & asked.keys():
            row = self.own(call, comment)
            self._write(row, asked)
        if "resolved" in asked:
            comments.resolve(row, request.user, resolved=asked["resolved"])
        key = row.answer_to_id or row.pk
        return Response(_as_json(self._thread(call, key)))

    @extend_schema(
        operation_id="comment_delete",
        summary="Delete a comment that you wrote and nobody has answered",
        tags=["review"],
        parameters=[KEY],
        responses={
            200: OpenApiResponse(CommentSerializer, "What is deleted now."),
            409: schema.error("It was answered.", "conflict", "It was answered: resolve it, or …"),
            **REFUSED,
        },
    )
    def delete(self, request: Request, comment: int, **_address: Any) -> Response:
        row = self.own(self.found(to_write=True), comment)
        gone = CommentSerializer(row).data
        try:
            comments.delete(row, request.user)
        except AnsweredError as error:
            raise Conflict(error.message) from error
        return Response(gone)

    def _write(self, row: ReviewComment, asked: dict[str, Any]) -> None:
        text, hidden = asked.get("text", row.text), asked.get("staff_only", row.staff_only)
        try:
            comments.change(row, self.request.user, text, staff_only=hidden)
        except CommentRefusedError as error:
            raise ValidationError({"text": [error.message]}) from error

    def _thread(self, call: Call, key: int) -> Thread:
        rows = comments.threads(call, self.request.user)
        return next(row for row in rows if row.comment.pk == key)


def _as_json(thread: Thread) -> dict[str, Any]:
    """Returns a comment with the answers that its reader sees, as `ThreadSerializer` says it."""
    answers = AnswerSerializer(thread.answers, many=True).data
    return {**CommentSerializer(thread.comment).data, "answers": answers}
