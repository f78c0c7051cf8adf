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
from django.utils.text import format_lazy
from django.utils.translation import gettext

from sessions_app.admin import latency, redaction_fields, trying
from sessions_app.admin.agent_names import HELP, LABELS, NAMED
from sessions_app.admin.agent_summaries import AgentSummaryFields
from sessions_app.admin.agent_versions import SEEN, VersionsOfAgents, not_seen
from sessions_app.admin.base import CleanForm, VoiceAdmin
from sessions_app.admin.display import NOTHING, opens
from sessions_app.admin.extracting import AgentExtractionFields
from sessions_app.admin.filters import NamedValuesFilter
from sessions_app.engine.agent.responders.base import Responder
from sessions_app.engine.core.agent_config import LONGEST_PHRASE, MOST_PHRASES
from sessions_app.engine.core.errors import ResponderError, SynthesiserError
from sessions_app.engine.tts.base import Synthesiser
from sessions_app.i18n import gettext_lazy
from sessions_app.models import Agent, Call
from sessions_app.runtime import agent_preview as voices
from sessions_app.runtime import languages, recogniser_use
from sessions_app.runtime.settings import load_backend
from sessions_app.services import agent_versions
from sessions_app.services.agents import config_of

SLOWEST, FASTEST = 0.5, 2.0
"""The range of a voice's speed, where 1 is its usual one. Beyond it speech is hard to follow."""

LONG_TEXTS = {"description": 3, "phrases": 4, "greeting": 2, "prompt": 8, "closing_words": 2}
LONG_TEXTS["redact_patterns"] = 3


def _recogniser(key: str) -> str:
    """Returns a key with what people call the engine behind it, such as "default (Moonshine)"."""
    name = recogniser_use.name_of(key)
    return key if name.lower() == key else f"{key} ({name})"


def _named(field: str) -> forms.ChoiceField:
    kind, does = NAMED[field]

    def choices() -> list[tuple[str, str]]:
        none = [("", gettext("(transcribe only)"))] if field == "responder" else []
        shown = _recogniser if field == "recogniser" else str
        return [*none, *((name, shown(name)) for name in settings.VOICE.get(kind, {}))]

    required = field != "responder"
    return forms.ChoiceField(
        choices=choices,
        label=LABELS.get(field),
        help_text=format_lazy(gettext_lazy("{does} From VOICE['{kind}']."), does=does, kind=kind),
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
        label=gettext_lazy("Default"),
        help_text=gettext_lazy(
            "Answers calls that name no agent. Ticking it here unticks it on other agents."
        ),
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
            raise forms.ValidationError(
                gettext('Give a JSON object, such as {"temperature": 0.3}.')
            )
        return options

    def clean_redact_patterns(self) -> str:
        return redaction_fields.checked_patterns(self.cleaned_data["redact_patterns"])

    def clean_phrases(self) -> str:
        text: str = self.cleaned_data["phrases"]
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        if len(lines) > MOST_PHRASES:
            raise forms.ValidationError(
                gettext("Enter at most {most_phrases} lines; these are {len}.").format(
                    most_phrases=MOST_PHRASES, len=len(lines)
                )
            )
        long = next((line for line in lines if len(line) > LONGEST_PHRASE), None)
        if long is not None:
            raise forms.ValidationError(
                gettext(
                    "A line may have at most {most} characters; this one has {count}: “{begin}…”. "
                    "Give each name or phrase a line of its own."
                ).format(most=LONGEST_PHRASE, count=len(long), begin=long[:40])
            )
        return text

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if told := not_seen(self.instance, self.data.get(SEEN, "")):
            self.add_error(None, told)
        is_default = values.get("is_default")
        if "is_default" in self.changed_data and not is_default:
            self.add_error(
                "is_default",
                gettext(
                    "There must be a default agent, for calls that name none. Tick this on another "
                    "agent: it will then be unticked here."
                ),
            )
        if is_default and not values.get("is_active"):
            self.add_error(
                "is_active",
                gettext("The default agent must be active. Make another agent the default first."),
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
            self.add_error(
                "speed",
                gettext("Choose a speed from {slowest} to {fastest}.").format(
                    slowest=SLOWEST, fastest=FASTEST
                ),
            )
        low, high = values.get("min_delay_ms"), values.get("max_delay_ms")
        if low is not None and high is not None and low > high:
            self.add_error(
                "max_delay_ms",
                gettext("This must be at least the shortest silence, {low} ms.").format(low=low),
            )

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
        "named",
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
        (gettext_lazy("Listening"), {"fields": ("language", "recogniser", "phrases")}),
        (
            gettext_lazy("Answering"),
            {
                "fields": ("responder", "prompt", "responder_options", "preemptive"),
                "description": gettext_lazy(
                    "Without a responder the agent only transcribes, and the "
                    "settings below have no effect."
                ),
            },
        ),
        (gettext_lazy("Voice"), {"fields": ("synthesiser", "voice", "speed")}),
        (gettext_lazy("Fixed phrases"), {"fields": ("greeting", "closing_words")}),
        (
            gettext_lazy("Taking turns"),
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
        (
            gettext_lazy("Limits"),
            {"fields": ("silence_s", "max_length_s"), "classes": ("collapse",)},
        ),
        (
            gettext_lazy("Retention"),
            {"fields": ("keep_audio_days", "keep_text_days"), "classes": ("collapse",)},
        ),
        redaction_fields.SECTION,
        (
            gettext_lazy("Summaries"),
            {"fields": ("summariser", "summary_template"), "classes": ("collapse",)},
        ),
        (
            gettext_lazy("Extracted from calls"),
            {"fields": ("extraction_schema",), "classes": ("collapse",)},
        ),
        (gettext_lazy("Availability"), {"fields": ("is_default", "is_active")}),
        (
            gettext_lazy("History"),
            {"fields": ("how_quick", "created_at", "updated_at"), "classes": ("collapse",)},
        ),
    )

    @admin.display(description=gettext_lazy("name"), ordering="name")
    def named(self, obj: Agent) -> str:
        return obj.shown_name

    @admin.display(description=gettext_lazy("Response times"))
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
