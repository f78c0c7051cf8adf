"""What people read of a segment, what they make of it, and the history of that."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from sessions_app.api.parameters import StrictBody
from sessions_app.models import Segment, SegmentRevision
from sessions_app.services.corrections import MOST_CHARACTERS

MOST_REVISION = 2**31 - 1
"""The greatest `revision` that the column of every database holds."""


class WordSerializer(serializers.Serializer[Any]):
    """A recognised word with its times in ms on the call clock."""

    text = serializers.CharField()
    start_ms = serializers.FloatField()
    end_ms = serializers.FloatField()
    confidence = serializers.FloatField(allow_null=True, min_value=0, max_value=1)
    speaker = serializers.CharField(
        required=False, help_text="The engine's speaker label, if it tells several people apart."
    )


class ShownSerializer(serializers.ModelSerializer[Segment]):
    """The part of a segment's representation that corrections change."""

    shown_words = serializers.SerializerMethodField(
        help_text="The words of a correction or an accepted second pass, with times; where there "
        "is neither null, and `words` are shown."
    )
    corrected = serializers.BooleanField(
        source="is_corrected", read_only=True, help_text="Whether people read a correction."
    )
    edited_by = serializers.SlugRelatedField(  # type: ignore[var-annotated]
        slug_field="username",
        read_only=True,
        allow_null=True,
        help_text="Who corrected it last; null for nobody, or a user who was erased.",
    )
    revision = serializers.IntegerField(
        read_only=True,
        min_value=0,
        help_text="Grows with each change of what people read; send it with a correction.",
    )

    @extend_schema_field(WordSerializer(many=True, allow_null=True))
    def get_shown_words(self, segment: Segment) -> Any:
        other = segment.is_corrected or segment.revised_at is not None
        return WordSerializer(segment.shown_words, many=True).data if other else None


class RevisionField(serializers.IntegerField):
    """The revision that a change is about; without one, the current one."""

    def __init__(self) -> None:
        super().__init__(
            min_value=0,
            max_value=MOST_REVISION,
            required=False,
            help_text="The segment's `revision` that you have seen. If it has another one by now, "
            "nothing is changed (409, `stale_revision`). Without it, others' changes are written "
            "over; the history keeps them.",
        )


class CorrectionSerializer(StrictBody):
    """Somebody's correction of one segment; an empty text takes the correction back."""

    edited_text = serializers.CharField(allow_blank=True, max_length=MOST_CHARACTERS)
    nothing_said = serializers.BooleanField(
        default=False,
        help_text="With an empty `edited_text`: no words were said here, and people read none.",
    )
    revision = RevisionField()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["nothing_said"] and attrs["edited_text"].strip():
            raise serializers.ValidationError(
                {"nothing_said": ["With this, leave `edited_text` empty."]}
            )
        return attrs


class UndoSerializer(StrictBody):
    """Which state of the segment its newest correction is undone in."""

    revision = RevisionField()


class SegmentRevisionSerializer(serializers.ModelSerializer[SegmentRevision]):
    """One change of what people read of a segment."""

    by = serializers.SlugRelatedField(  # type: ignore[var-annotated]
        slug_field="username", read_only=True, help_text="Null where that user was erased since."
    )
    by_name = serializers.SerializerMethodField(help_text="First and last name, where given.")
    undoes = serializers.SlugRelatedField(  # type: ignore[var-annotated]
        slug_field="number", read_only=True, help_text="Which revision this one undid, if any."
    )
    undone = serializers.SerializerMethodField(help_text="Whether it was undone since.")

    class Meta:
        model = SegmentRevision
        fields: ClassVar[tuple[str, ...]] = (
            "number",
            "before",
            "after",
            "is_corrected",
            "by",
            "by_name",
            "at",
            "undoes",
            "undone",
        )
        read_only_fields = fields

    def get_by_name(self, revision: SegmentRevision) -> str:
        return "" if revision.by is None else revision.by.get_full_name()

    def get_undone(self, revision: SegmentRevision) -> bool:
        return hasattr(revision, "undone_by")


class HistorySerializer(serializers.Serializer[Any]):
    """What was made of a segment, the newest first, and its state now."""

    revision = serializers.IntegerField(help_text="The segment's revision now.")
    may_correct = serializers.BooleanField(help_text="Whether you may correct it, and undo.")
    revisions = SegmentRevisionSerializer(many=True)
    more = serializers.BooleanField(help_text="Whether there are older ones, which are left out.")
