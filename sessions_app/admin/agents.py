"""Agents: who can be called, and their recogniser, responder and voice."""

from dataclasses import replace
from typing import Any

from asgiref.sync import async_to_sync
from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from sessions_app.admin import latency, redaction_fields, trying
from sessions_app.admin.agent_summaries import AgentSummaryFields
from sessions_app.admin.agent_versions import VersionsOfAgents
from sessions_app.admin.base import CleanForm, VoiceAdmin
from sessions_app.admin.display import NOTHING, opens
from sessions_app.admin.extracting import AgentExtractionFields
from sessions_app.admin.filters import NamedValuesFilter
from sessions_app.engine.agent.responders.base import Responder
from sessions_app.engine.core.agent_config import LONGEST_PHRASE, MOST_PHRASES
from sessions_app.engine.core.errors import ResponderError, SynthesiserError
from sessions_app.engine.tts.base import Synthesiser
from sessions_app.models import Agent, Call
from sessions_app.runtime import agent_preview as voices
from sessions_app.runtime import languages, recogniser_use
from sessions_app.runtime.settings import load_backend
from sessions_app.services import agent_versions
from sessions_app.services.agents import config_of

NAMED = {
    "recogniser": ("RECOGNISERS", "Turns the caller's speech into text."),
    "responder": ("RESPONDERS", "Decides what the agent says. Without one it only transcribes."),
    "synthesiser": ("SYNTHESISERS", "The engine that speaks for the agent."),
    "endpointer": ("ENDPOINTERS", "Decides when the caller has finished speaking."),
    "barge_in": ("BARGE_INS", "Tells an interruption apart from a cough or an “mhm”."),
}
"""Fields that name an entry of VOICE: the section, and what the entry does."""

LABELS = {
    "recogniser": "Speech recognition",
    "synthesiser": "Speech engine",
    "endpointer": "End-of-turn rule",
    "barge_in": "Interruption rule",
    "phrases": "Likely words",
    "preemptive": "Start answering early",
    "min_delay_ms": "Shortest silence (ms)",
    "max_delay_ms": "Longest silence (ms)",
    "barge_in_ms": "Speech that interrupts (ms)",
    "barge_in_words": "Words that interrupt",
    "silence_s": "Ask after a silence of (s)",
    "max_length_s": "Longest call (s)",
    "keep_audio_days": "Keep audio for (days)",
    "keep_text_days": "Keep text for (days)",
    "is_active": "Active",
    **redaction_fields.LABELS,
}

HELP = {
    "language": "A BCP 47 tag, such as en-US.",
    "phrases": "Names and words that callers are likely to say, one per line. They are "
    "then recognised better.",
    "greeting": "What the agent says as soon as the call is connected. Empty for no greeting. "
    "{{name}} becomes the variable of that name, which a call is given at its start.",
    "prompt": "Who the agent is and how it should answer, for the language model. {{name}} "
    "becomes the variable of that name.",
    "responder_options": 'Extra options as JSON, for example {"temperature": 0.3}.',
    "preemptive": "Start an answer before the caller has clearly finished: faster, but costs more.",
    "voice": "A voice of the speech engine. Empty for its default voice or, in another language, "
    "for one that speaks it.",
    "speed": "From 0.5 to 2; 1 is the voice's normal speed.",
    "min_delay_ms": "The shortest silence, in milliseconds, before the agent answers.",
    "max_delay_ms": "The longest silence, in milliseconds, for example after a number or an "
    "unfinished sentence.",
    "barge_in_ms": "How long, in milliseconds, the caller must speak to interrupt the agent.",
    "barge_in_words": "How many words interrupt the agent. “Mhm” and “okay” do not count.",
    "silence_s": "After this many seconds of silence the agent asks whether the caller is still "
    "there. 0 for never.",
    "max_length_s": "The longest call in seconds. 0 uses the server's own limit.",
    "closing_words": "What the agent says before it hangs up. Empty for the default goodbye.",
    "keep_audio_days": "Recordings of its calls are deleted after this many days. Empty for the "
    "installation's RECORDINGS_KEEP_DAYS, 0 for ever.",
    "keep_text_days": "Transcripts, notes and summaries of its calls are deleted after this many "
    "days. Empty for the installation's TEXT_KEEP_DAYS, 0 for ever.",
    "is_active": "Untick to hide the agent and refuse new calls.",
    **redaction_fields.HELP,
}
"""Help texts of the form; the model's own are shorter."""

SLOWEST, FASTEST = 0.5, 2.0

LONG_TEXTS = {"description": 3, "phrases": 4, "greeting": 2, "prompt": 8, "closing_words": 2}
LONG_TEXTS["redact_patterns"] = 3


def _recogniser(key: str) -> str:
    """Returns a key with what people call the engine behind it, such as "default (Moonshine)"."""
    name = recogniser_use.name_of(key)
    return key if name.lower() == key else f"{key} ({name})"


def _named(field: str) -> forms.ChoiceField:
    kind, does = NAMED[field]

    def choices() -> list[tuple[str, str]]:
        none = [("", "(transcribe only)")] if field == "responder" else []
        shown = _recogniser if field == "recogniser" else str
        return [*none, *((name, shown(name)) for name in settings.VOICE.get(kind, {}))]

    required = field != "responder"
    return forms.ChoiceField(
        choices=choices,
        label=LABELS.get(field),
        help_text=f"{does} From VOICE['{kind}'].",
        required=required,
        initial="default" if required else "",
    )


class AgentForm(AgentSummaryFields, AgentExtractionFields, CleanForm[Agent]):
    """Validates the settings in advance of any call; moves the default mark in one step."""

    restores: int | None = None
    """The number of the version that is gone back to, if so."""

    recogniser = _named("recogniser")
    responder = _named("responder")
    synthesiser = _named("synthesiser")
    endpointer = _named("endpointer")
    barge_in = _named("barge_in")
    redact_kinds = redaction_fields.kinds_field()
    is_default = forms.BooleanField(
        required=False,
        label="Default",
        help_text="Answers calls that name no agent. Ticking it here unticks it on other agents.",
    )

    class Meta:
        model = Agent
        fields = (
            "name",
            "slug",
            "description",
            "language",
            "recogniser",
            "phrases",
            "responder",
            "prompt",
            "responder_options",
            "preemptive",
            "synthesiser",
            "voice",
            "speed",
            "greeting",
            "closing_words",
            "endpointer",
            "min_delay_ms",
            "max_delay_ms",
            "barge_in",
            "barge_in_ms",
            "barge_in_words",
            "silence_s",
            "max_length_s",
            "keep_audio_days",
            "keep_text_days",
            *redaction_fields.FIELDS,
            "summariser",
            "summary_template",
            "extraction_schema",
            "is_default",
            "is_active",
        )
        widgets = {
            name: forms.Textarea(attrs={"rows": rows, "cols": 60, "dir": "auto"})
            for name, rows in LONG_TEXTS.items()
        }
        labels = LABELS
        help_texts = HELP

    def _get_validation_exclusions(self) -> set[str]:
        # saving moves the default mark: only then does the constraint hold
        return {*super()._get_validation_exclusions(), "is_default"}  # type: ignore[misc] # not in stubs

    def clean_responder_options(self) -> Any:
        options = self.cleaned_data["responder_options"] or {}
        if not isinstance(options, dict):
            raise forms.ValidationError('Give a JSON object, such as {"temperature": 0.3}.')
        return options

    def clean_redact_patterns(self) -> str:
        return redaction_fields.checked_patterns(self.cleaned_data["redact_patterns"])

    def clean_phrases(self) -> str:
        text: str = self.cleaned_data["phrases"]
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        if len(lines) > MOST_PHRASES:
            raise forms.ValidationError(
                f"Enter at most {MOST_PHRASES} lines; these are {len(lines)}."
            )
        long = next((line for line in lines if len(line) > LONGEST_PHRASE), None)
        if long is not None:
            raise forms.ValidationError(
                f"A line may have at most {LONGEST_PHRASE} characters; this one has {len(long)}: "
                f"“{long[:40]}…”. Give each name or phrase a line of its own."
            )
        return text

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        is_default = values.get("is_default")
        if "is_default" in self.changed_data and not is_default:
            self.add_error(
                "is_default",
                "There must be a default agent, for calls that name none. Tick this on another "
                "agent: it will then be unticked here.",
            )
        if is_default and not values.get("is_active"):
            self.add_error(
                "is_active",
                "The default agent must be active. Make another agent the default first.",
            )
        self._check_numbers(values)
        loaded = {field: self._loaded(field, values.get(field)) for field in NAMED}
        self._check_hearing(values)
        if values.get("responder"):
            self._check_responder(loaded["responder"], values)
            self._check_voice(loaded["synthesiser"], values)
        return values

    def _is_asked(self, *fields: str) -> bool:
        """Returns whether one of the fields was changed; else other changes can be saved."""
        is_new: bool = self.instance._state.adding or self.restores is not None
        return is_new or not {*fields}.isdisjoint(self.changed_data)

    def _check_hearing(self, values: dict[str, Any]) -> None:
        name, language = values.get("recogniser"), values.get("language")
        if name and language and self._is_asked("recogniser", "language"):
            wrong = languages.not_heard(name, language)
            if wrong:
                self.add_error("recogniser" if wrong.anywhere else "language", wrong.why)

    def _check_numbers(self, values: dict[str, Any]) -> None:
        """Reports errors at their field; the database's constraints name none."""
        if not SLOWEST <= values.get("speed", 1.0) <= FASTEST:
            self.add_error("speed", f"Choose a speed from {SLOWEST} to {FASTEST}.")
        low, high = values.get("min_delay_ms"), values.get("max_delay_ms")
        if low is not None and high is not None and low > high:
            self.add_error("max_delay_ms", f"This must be at least the shortest silence, {low} ms.")

    def _loaded(self, field: str, name: str | None) -> Any:
        """Returns the backend; None if none is named or it cannot be created."""
        if not name:
            return None
        try:
            return load_backend(NAMED[field][0], name)
        except ImproperlyConfigured as error:
            self.add_error(field, str(error))
            return None

    def _check_responder(self, responder: Responder | None, values: dict[str, Any]) -> None:
        options = values.get("responder_options")
        if responder is None or options is None:
            return
        config = replace(config_of(Agent()), responder_options=options)
        try:
            responder.check(config)
        except ResponderError as error:
            self.add_error("responder_options", error.message)

    def _check_voice(self, synthesiser: Synthesiser | None, values: dict[str, Any]) -> None:
        """Checks the voice with its engine, which says why if it cannot run."""
        if synthesiser is None or not self._is_asked("voice", "synthesiser", "language"):
            return
        try:
            known = async_to_sync(voices.check)(values["synthesiser"], values.get("voice", ""))
        except SynthesiserError as error:
            field = "voice" if error.code == "unknown_voice" else "synthesiser"
            self.add_error(field, error.message)
            return
        if language := values.get("language"):
            why = languages.not_spoken(synthesiser, values.get("voice", ""), language, known)
            if why:
                self.add_error("voice", why)


@admin.register(Agent)
class AgentAdmin(VersionsOfAgents, VoiceAdmin[Agent]):
    """Where staff set up what an agent says, how it hears and answers, and try it."""

    form = AgentForm
    list_display = (
        "name",
        "slug",
        "language",
        "responder",
        "recogniser",
        "is_default",
        "is_active",
    )
    list_filter = ("is_active", ("responder", NamedValuesFilter), "language")
    search_fields = ("name", "slug", "description")
    prepopulated_fields = {"slug": ("name",)}
    readonly_fields = ("created_at", "updated_at", "how_quick")
    change_form_template = "admin/sessions_app/agent/change_form.html"
    fieldsets = (
        (None, {"fields": ("name", "slug", "description")}),
        ("Listening", {"fields": ("language", "recogniser", "phrases")}),
        (
            "Answering",
            {
                "fields": ("responder", "prompt", "responder_options", "preemptive"),
                "description": "Without a responder the agent only transcribes, and the "
                "settings below have no effect.",
            },
        ),
        ("Voice", {"fields": ("synthesiser", "voice", "speed")}),
        ("Fixed phrases", {"fields": ("greeting", "closing_words")}),
        (
            "Taking turns",
            {
                "fields": (
                    "endpointer",
                    ("min_delay_ms", "max_delay_ms"),
                    "barge_in",
                    ("barge_in_ms", "barge_in_words"),
                ),
                "classes": ("collapse",),
            },
        ),
        ("Limits", {"fields": ("silence_s", "max_length_s"), "classes": ("collapse",)}),
        (
            "Retention",
            {"fields": ("keep_audio_days", "keep_text_days"), "classes": ("collapse",)},
        ),
        redaction_fields.SECTION,
        (
            "Summaries",
            {"fields": ("summariser", "summary_template"), "classes": ("collapse",)},
        ),
        ("Extracted from calls", {"fields": ("extraction_schema",), "classes": ("collapse",)}),
        ("Availability", {"fields": ("is_default", "is_active")}),
        (
            "History",
            {"fields": ("how_quick", "created_at", "updated_at"), "classes": ("collapse",)},
        ),
    )

    @admin.display(description="Response times")
    def how_quick(self, obj: Agent) -> SafeString | str:
        if not opens(obj, Call):
            return NOTHING
        return format_html(
            '<a href="{}">Response times of all agents</a>', reverse("admin:agent_latency")
        )

    def get_urls(self) -> list[URLPattern]:
        own = [
            path("latency/", self.admin_site.admin_view(latency.page), name="agent_latency"),
            path("<int:pk>/say/", self.admin_site.admin_view(trying.say), name="agent_say"),
            path(
                "<int:pk>/voices/", self.admin_site.admin_view(trying.voices), name="agent_voices"
            ),
            path(
                "<int:pk>/answer/", self.admin_site.admin_view(trying.answer), name="agent_answer"
            ),
        ]
        return [*own, *self.version_urls(), *super().get_urls()]

    def render_change_form(  # noqa: PLR0917 - Django's contract
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Agent | None = None,
    ) -> HttpResponse:
        if obj is not None:
            context.update(self.versions_context(obj))
        return super().render_change_form(request, context, add, change, form_url, obj)

    def save_model(self, request: HttpRequest, obj: Agent, form: Any, change: bool) -> None:
        obj.extraction_version += "extraction_schema" in form.changed_data
        with transaction.atomic():
            agent_versions.keep_stored(obj)
            if obj.is_default:
                Agent.objects.filter(is_default=True).exclude(pk=obj.pk).update(is_default=False)
            super().save_model(request, obj, form, change)
            agent_versions.keep(obj, request.user, restores=form.restores)

    def has_delete_permission(self, request: HttpRequest, obj: Agent | None = None) -> bool:
        if obj is not None and obj.is_default:
            return False
        return super().has_delete_permission(request, obj)
