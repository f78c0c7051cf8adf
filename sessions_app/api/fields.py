"""Choice fields that share one named schema in OpenAPI."""

from typing import Any

from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import Direction
from rest_framework import serializers

from sessions_app.engine.core.events import Speaker
from sessions_app.engine.core.states import CallState, EndReason
from sessions_app.models.archive import ArchiveKind
from sessions_app.models.audio_copy import AudioFormat
from sessions_app.models.segment import SegmentSource
from sessions_app.models.work import WorkState


class NamedChoiceField(serializers.ChoiceField):
    """A read-only choice with its own component in the OpenAPI document."""

    schema_name = ""
    values: tuple[str, ...] = ()

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("read_only", True)
        super().__init__(choices=list(self.values), **kwargs)


class CallStateField(NamedChoiceField):
    """The state of a call."""

    schema_name = "CallState"
    values = tuple(state.value for state in CallState)


class EndReasonField(NamedChoiceField):
    """Why a call ended; empty while it is live."""

    schema_name = "EndReason"
    values = ("", *(reason.value for reason in EndReason))


class WorkStateField(NamedChoiceField):
    """How far a job is."""

    schema_name = "WorkState"
    values = tuple(WorkState.values)


class SpeakerField(NamedChoiceField):
    """The side of the call that spoke."""

    schema_name = "Speaker"
    values = tuple(speaker.value for speaker in Speaker)


class AudioFormatField(NamedChoiceField):
    """A format that recordings can be converted to."""

    schema_name = "AudioFormat"
    values = tuple(AudioFormat.values)


class ArchiveKindField(NamedChoiceField):
    """What an export holds: all of a user's data, or chosen calls."""

    schema_name = "ExportKind"
    values = tuple(ArchiveKind.values)


class SourceField(NamedChoiceField):
    """How a segment came about: spoken, typed or by telephone keys."""

    schema_name = "Source"
    values = tuple(SegmentSource.values)


class _NamedChoiceSchema(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    target_class = NamedChoiceField
    match_subclasses = True

    def get_name(self) -> str:
        return str(self.target.schema_name)

    def map_serializer_field(
        self,
        auto_schema: AutoSchema,
        direction: Direction,
    ) -> dict[str, Any]:
        return {"type": "string", "enum": list(self.target.values)}
