"""The REST representation of summaries."""

from typing import Any

from rest_framework import serializers

from sessions_app.api.fields import SpeakerField, WorkStateField
from sessions_app.models import Summary
from sessions_app.services import summaries


class PointSerializer(serializers.Serializer[Any]):
    """A statement of a summary, with the segments that it comes from."""

    text = serializers.CharField()
    seq = serializers.IntegerField(allow_null=True, help_text="The segment it comes from.")
    seqs = serializers.ListField(
        child=serializers.IntegerField(),
        required=False,
        help_text="All the segments it rests on, where a language model wrote it.",
    )


class ActionSerializer(PointSerializer):
    """Something to do that was agreed in the call."""

    who = serializers.CharField(
        default="", help_text="Who is to do it, if the text names them; else empty."
    )
    due = serializers.CharField(
        default="",
        help_text='The day that the text names, counted from the call\'s: "2026-12-01", or '
        '"2026-12-01T09:00" in the call\'s time zone; empty for none.',
    )


class SpokenSerializer(serializers.Serializer[Any]):
    """How much one side of the call said."""

    speaker = SpeakerField()
    spoken_ms = serializers.IntegerField()
    words = serializers.IntegerField()


class SummarySerializer(serializers.ModelSerializer[Summary]):
    """What the call was about; `state` says whether it is ready."""

    state = WorkStateField()
    key_points = PointSerializer(many=True, read_only=True)
    decisions = PointSerializer(many=True, read_only=True)
    action_items = ActionSerializer(many=True, read_only=True)
    speakers = SpokenSerializer(many=True, read_only=True)
    outdated = serializers.SerializerMethodField(
        help_text="Whether what people read of the call has changed since it was made."
    )

    class Meta:
        model = Summary
        fields = (
            "state",
            "outdated",
            "error",
            "attempts",
            "done_at",
            "engine",
            "model",
            "number",
            "note",
            "title",
            "text",
            "key_points",
            "decisions",
            "action_items",
            "speakers",
        )
        read_only_fields = fields

    def get_outdated(self, summary: Summary) -> bool:
        return summaries.is_outdated(summary)
