"""The REST representation of each model."""

from typing import Any, ClassVar

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from sessions_app.api.correction_serializers import ShownSerializer, WordSerializer
from sessions_app.api.fields import (
    AudioFormatField,
    CallStateField,
    EndReasonField,
    SourceField,
    SpeakerField,
    WorkStateField,
)
from sessions_app.api.parameters import StrictBody
from sessions_app.api.usage import UsageSerializer, usage_of_call
from sessions_app.engine.core.events import Speaker
from sessions_app.engine.exports.registry import FORMATS
from sessions_app.models import (
    Agent,
    AudioCopy,
    Call,
    ErasureReceipt,
    Note,
    Recording,
    Segment,
    Turn,
)
from sessions_app.models.turn import STAGES
from sessions_app.services import live_desk

ROLES = {Speaker.CALLER.value: "user", Speaker.AGENT.value: "agent"}


class ErrorSerializer(serializers.Serializer[Any]):
    """An error; every error of this API has this form."""

    code = serializers.CharField(help_text="A stable word for programs.")
    message = serializers.CharField(help_text="What is wrong and how to fix it.")

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        # not declared as an attribute: it would hide the serializer's own `fields`
        reasons = serializers.DictField(
            required=False,
            help_text="With codes 'invalid' and 'unknown_parameter': the reasons, by field.",
        )
        return {**super().get_fields(), "fields": reasons}


class AgentSerializer(serializers.ModelSerializer[Agent]):
    """An agent that can be called; a client sends its slug as `agentId`."""

    answers = serializers.BooleanField(
        read_only=True, help_text="Whether it talks back, or only transcribes."
    )

    class Meta:
        model = Agent
        fields = ("slug", "name", "description", "language", "answers", "is_default")
        read_only_fields = fields


class MeSerializer(serializers.Serializer[Any]):
    """Who the request's token or cookie belongs to."""

    username = serializers.CharField()
    name = serializers.CharField(help_text="First and last name, where given.")
    is_staff = serializers.BooleanField()
    sees_all_calls = serializers.BooleanField(help_text="If false, they see only their own.")
    may_change_calls = serializers.BooleanField(
        help_text="May ask for summaries and transcripts again, of any call."
    )


class WorkSerializer(serializers.Serializer[Any]):
    """The state of a job that follows a call: its recording or summary."""

    state = WorkStateField()
    error = serializers.CharField(help_text="Why it failed, where it did.")
    done_at = serializers.DateTimeField(allow_null=True)


class CallSerializer(serializers.ModelSerializer[Call]):
    """One conversation. Times ending in `_at` are wall time, `_ms` the call clock."""

    id = serializers.CharField(source="public_id", read_only=True)
    url = serializers.HyperlinkedIdentityField(
        view_name="api:call", lookup_field="public_id", lookup_url_kwarg="call_id"
    )
    owner = serializers.CharField(
        source="owner.username", read_only=True, help_text="User name of whoever called."
    )
    visitor = serializers.CharField(
        read_only=True,
        help_text="Who came by the owner's ticket: id:… as the ticket's maker named them, ticket:… "
        "or guest:… for somebody unknown; empty for the owner.",
    )
    agent = serializers.SlugRelatedField(slug_field="slug", read_only=True)  # type: ignore[var-annotated]
    agent_version = serializers.IntegerField(
        read_only=True,
        allow_null=True,
        help_text="The number of the agent's version that it ran with; null for calls of before "
        "there were versions.",
    )
    state = CallStateField()
    end_reason = EndReasonField(help_text="Why it ended; empty while it is live.")
    word_count = serializers.IntegerField(read_only=True, help_text="Words in the transcript.")
    recording = WorkSerializer(read_only=True, allow_null=True)
    summary = WorkSerializer(read_only=True, allow_null=True)

    tags = serializers.SerializerMethodField(help_text="In alphabetical order.")
    gaps = serializers.ListField(
        child=serializers.ListField(child=serializers.IntegerField(min_value=0)),
        read_only=True,
        help_text="Where the connection was lost: pairs of start and end in ms, call clock.",
    )

    variables = serializers.DictField(
        read_only=True, help_text="What the agent's prompt and greeting were filled in with."
    )
    metadata = serializers.DictField(
        read_only=True, help_text="The integrator's own, given at the call's start."
    )

    class Meta:
        model = Call
        fields: ClassVar[tuple[str, ...]] = (
            "id",
            "url",
            "title",
            "tags",
            "owner",
            "visitor",
            "agent",
            "agent_version",
            "state",
            "end_reason",
            "language",
            "recogniser",
            "door",
            "transport",
            "gaps",
            "variables",
            "metadata",
            "created_at",
            "updated_at",
            "answered_at",
            "ended_at",
            "consented_at",
            "duration_ms",
            "word_count",
            "recording",
            "summary",
        )
        read_only_fields = fields

    def get_tags(self, call: Call) -> list[str]:
        return sorted(getattr(call, "tag_names", None) or [])


class IceServerSerializer(serializers.Serializer[Any]):
    """One server, as W3C `RTCIceServer`."""

    urls = serializers.ListField(child=serializers.CharField())
    username = serializers.CharField(required=False)
    credential = serializers.CharField(required=False)


class IceServersSerializer(serializers.Serializer[Any]):
    """What `new RTCPeerConnection` takes."""

    iceServers = IceServerSerializer(many=True)  # noqa: N815 - the name that browsers want


class RecordingSerializer(serializers.ModelSerializer[Recording]):
    """The stored audio: stereo, left caller, right agent, exactly as long as the call."""

    state = WorkStateField()
    peaks = serializers.ListField(
        child=serializers.ListField(child=serializers.IntegerField(min_value=0, max_value=100)),
        read_only=True,
        help_text="Two lists (left, right) of 0..100, evenly spaced over the call.",
    )

    deleted_at = serializers.DateTimeField(
        read_only=True,
        allow_null=True,
        help_text="When the audio was deleted at the end of its storage period; metadata stays.",
    )

    class Meta:
        model = Recording
        fields = (
            "state",
            "error",
            "done_at",
            "deleted_at",
            "duration_ms",
            "size",
            "sha256",
            "peaks",
        )
        read_only_fields = fields


class NoteSerializer(serializers.ModelSerializer[Note]):
    """A note or action item that the agent wrote down."""

    class Meta:
        model = Note
        fields = ("number", "kind", "text", "at_ms")
        read_only_fields = fields


class TurnSerializer(serializers.ModelSerializer[Turn]):
    """One side's turn to speak; the stages of an agent's answer are in ms on the call clock."""

    speaker = SpeakerField()
    response_ms = serializers.IntegerField(
        read_only=True,
        allow_null=True,
        help_text="From the end of the caller's turn, spoken or typed, to the first sound.",
    )

    class Meta:
        model = Turn
        fields = ("index", "speaker", "start_ms", "end_ms", "interrupted", *STAGES, "response_ms")
        read_only_fields = fields


class LinksSerializer(serializers.Serializer[Any]):
    """Addresses of what belongs to a call."""

    segments = serializers.URLField()
    transcript = serializers.DictField(
        child=serializers.URLField(), help_text=f"By format: {', '.join(FORMATS)}."
    )
    recording = serializers.URLField()
    summary = serializers.URLField()


class AudioStateSerializer(serializers.ModelSerializer[AudioCopy]):
    """How far the recording is in another format; more at the call's /audio."""

    format = AudioFormatField()
    state = WorkStateField()

    class Meta:
        model = AudioCopy
        fields = ("format", "state")
        read_only_fields = fields


class CallDetailSerializer(CallSerializer):
    """One conversation, its recording's metadata, and links to the rest."""

    recording = RecordingSerializer(  # type: ignore[assignment] # says more
        read_only=True, allow_null=True
    )
    notes = NoteSerializer(many=True, read_only=True)
    turns = TurnSerializer(many=True, read_only=True)
    audio = AudioStateSerializer(source="audio_copies", many=True, read_only=True)
    usage = serializers.SerializerMethodField(
        help_text="Null for all but staff with the permission to view usage."
    )
    links = serializers.SerializerMethodField()

    class Meta(CallSerializer.Meta):
        fields = (*CallSerializer.Meta.fields, "notes", "turns", "audio", "usage", "links")
        read_only_fields = fields

    @extend_schema_field(UsageSerializer(allow_null=True))
    def get_usage(self, call: Call) -> dict[str, Any] | None:
        return usage_of_call(call, self.context["request"].user)

    @extend_schema_field(LinksSerializer)
    def get_links(self, call: Call) -> dict[str, Any]:
        def address(name: str, *more: str) -> str:
            path = reverse(f"api:{name}", args=[call.public_id, *more])
            return str(self.context["request"].build_absolute_uri(path))

        return {
            "segments": address("segments"),
            "transcript": {form: address("transcript", form) for form in FORMATS},
            "recording": address("recording"),
            "summary": address("summary"),
        }


class TitleSerializer(StrictBody):
    """What can be changed of a call."""

    title = serializers.CharField(max_length=200, allow_blank=True)


class ErasureSerializer(serializers.ModelSerializer[ErasureReceipt]):
    """The receipt of an erasure: who asked for it, when, and how far it is; nothing of the call."""

    id = serializers.IntegerField(read_only=True, help_text="The receipt's number.")
    call = serializers.CharField(source="subject", read_only=True, help_text="The call's id.")
    state = WorkStateField()

    class Meta:
        model = ErasureReceipt
        fields = ("id", "call", "state", "asked_at")
        read_only_fields = fields


class SegmentSerializer(ShownSerializer):
    """Frozen final text of one speaker; people read `shown_text`.

    That is `edited_text` where it is `corrected` (empty: somebody said that nothing was said), else
    `revised_text` where a second pass was accepted (empty: it found no words), else what was
    recognised. `words` are those of `text`, `shown_words` those that people read.
    Of an agent that was interrupted `heard_text` is what was heard of `text`.
    """

    speaker = SpeakerField()
    role = serializers.SerializerMethodField(
        help_text="The speaker as the wire protocol says it: user or agent."
    )
    words = WordSerializer(many=True, read_only=True)
    interrupted = serializers.BooleanField(read_only=True)
    shown_text = serializers.CharField(read_only=True, help_text="What people read.")
    revised_text = serializers.SerializerMethodField(
        help_text="The text of an accepted second pass; null if none was accepted."
    )
    source = SourceField(  # type: ignore[assignment]
        help_text="Where `text` is from: live, second_pass, or keypad for a key that was pressed."
    )

    typed_by = serializers.SerializerMethodField(
        help_text="Who of the staff typed it for the agent to say, in a call they took over ("
        f"“{live_desk.DELETED}” where that user was deleted); null for the agent's own words, and "
        "for who may not know: all but staff with the permission to view calls, and the call's "
        "owner where the setting `REVIEW_FOR_OWNER` names typed."
    )

    class Meta:
        model = Segment
        fields = (
            "seq",
            "speaker",
            "role",
            "text",
            "heard_text",
            "interrupted",
            "turn_index",
            "edited_text",
            "corrected",
            "edited_by",
            "edited_at",
            "revision",
            "revised_text",
            "shown_text",
            "shown_words",
            "source",
            "typed_by",
            "start_ms",
            "end_ms",
            "confidence",
            "words",
        )
        read_only_fields = fields

    def get_role(self, segment: Segment) -> str:
        return ROLES[segment.speaker]

    def get_revised_text(self, segment: Segment) -> str | None:
        return None if segment.revised_at is None else segment.revised_text

    def get_typed_by(self, segment: Segment) -> str | None:
        return live_desk.typist(segment) or None if self.context.get("typists") else None


class SegmentsSerializer(serializers.Serializer[Any]):
    """The segments after a place in the call, in the order of `seq`."""

    segments = SegmentSerializer(many=True)
    last_seq = serializers.IntegerField(help_text="Send it as `after` to go on from here.")
    more = serializers.BooleanField(help_text="Whether there are more segments already.")
    state = CallStateField(help_text="The call's state: no more words come once it has ended.")
