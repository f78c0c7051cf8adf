"""An agent that users can call."""

from typing import Any

from django.db import models

from sessions_app.i18n import gettext_lazy, of_agent
from sessions_app.models.ordered_json import OrderedJSONField


class Agent(models.Model):
    """Recogniser, responder, voice and turn settings; `agentId` on the wire is the slug."""

    slug = models.SlugField(unique=True, help_text=gettext_lazy("What clients send as agentId."))
    name = models.CharField(max_length=100)
    description = models.CharField(max_length=300, blank=True)
    language = models.CharField(
        max_length=20, default="en-US", help_text=gettext_lazy("BCP 47 tag, such as en-US.")
    )
    recogniser = models.CharField(
        max_length=50,
        default="default",
        help_text=gettext_lazy("A name from VOICE['RECOGNISERS']."),
    )
    phrases = models.TextField(
        blank=True,
        help_text=gettext_lazy(
            "Names and words that callers are likely to say, one a line: they are "
            "recognised better."
        ),
    )
    greeting = models.TextField(
        blank=True, help_text=gettext_lazy("Said as soon as the call is connected; empty for none.")
    )
    prompt = models.TextField(
        blank=True,
        help_text=gettext_lazy("Who the agent is and how it should answer, for a language model."),
    )
    responder = models.CharField(
        max_length=50,
        blank=True,
        help_text=gettext_lazy(
            "A name from VOICE['RESPONDERS']; empty for an agent that only transcribes."
        ),
    )
    responder_options = models.JSONField(
        default=dict,
        blank=True,
        help_text=gettext_lazy("What this agent has otherwise, such as a model."),
    )
    synthesiser = models.CharField(
        max_length=50,
        default="default",
        help_text=gettext_lazy("A name from VOICE['SYNTHESISERS']."),
    )
    voice = models.CharField(
        max_length=100,
        blank=True,
        help_text=gettext_lazy("A voice of the synthesiser; empty for its usual one."),
    )
    speed = models.FloatField(
        default=1.0, help_text=gettext_lazy("1 is the voice's own speed; 0.5 to 2.")
    )
    endpointer = models.CharField(
        max_length=50,
        default="default",
        help_text=gettext_lazy("Which rule tells that a turn is over."),
    )
    min_delay_ms = models.PositiveIntegerField(
        default=450,
        help_text=gettext_lazy("Shortest silence, in ms, after which the agent answers."),
    )
    max_delay_ms = models.PositiveIntegerField(
        default=2500,
        help_text=gettext_lazy("Longest silence, in ms: after a number or a trailing word."),
    )
    barge_in = models.CharField(
        max_length=50,
        default="default",
        help_text=gettext_lazy("Which rule tells an interruption."),
    )
    barge_in_ms = models.PositiveIntegerField(
        default=500,
        help_text=gettext_lazy("How long, in ms, the caller must speak to interrupt the agent."),
    )
    barge_in_words = models.PositiveIntegerField(
        default=2, help_text=gettext_lazy("How many words it takes; mhm and okay do not count.")
    )
    preemptive = models.BooleanField(
        default=False,
        help_text=gettext_lazy("Begin an answer before the turn is surely over: quicker, dearer."),
    )
    silence_s = models.PositiveIntegerField(
        default=20,
        help_text=gettext_lazy(
            "After so many seconds the agent asks whether the caller is there; 0 for never."
        ),
    )
    max_length_s = models.PositiveIntegerField(
        default=0,
        help_text=gettext_lazy("Longest call in seconds; 0 leaves it to the installation."),
    )
    keep_audio_days = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text=gettext_lazy(
            "Days for which audio is kept; empty leaves it to the installation, 0 is for ever."
        ),
    )
    keep_text_days = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text=gettext_lazy(
            "Days for which what was said is kept as text; empty leaves it to the "
            "installation, 0 is for ever."
        ),
    )
    redact_kinds: Any = models.JSONField(
        default=list,
        blank=True,
        help_text=gettext_lazy("Kinds of numbers and addresses that are hidden."),
    )
    redact_patterns = models.TextField(
        blank=True, help_text=gettext_lazy("Own patterns of what is hidden, one a line.")
    )
    redact_keep_original = models.BooleanField(
        default=False, help_text=gettext_lazy("Keep what was hidden, for those who may read it.")
    )
    summariser = models.CharField(
        max_length=50,
        blank=True,
        help_text=gettext_lazy(
            "A name from VOICE['SUMMARISERS']; empty leaves it to the installation."
        ),
    )
    summary_template = models.TextField(
        blank=True,
        help_text=gettext_lazy("What a language model is told of how to summarise its calls."),
    )
    extraction_schema: Any = OrderedJSONField(
        default=dict,
        blank=True,
        help_text=gettext_lazy(
            "What is taken from its calls, as a JSON Schema; empty for nothing."
        ),
    )
    extraction_version = models.PositiveIntegerField(default=0, editable=False)
    closing_words = models.TextField(
        blank=True,
        help_text=gettext_lazy("Said before the agent hangs up; empty for the usual ones."),
    )
    is_default = models.BooleanField(
        "default",
        default=False,
        help_text=gettext_lazy("Answers calls that name no agent. One agent at most."),
    )
    is_active = models.BooleanField(
        "active",
        default=True,
        help_text=gettext_lazy("Switch off to hide it and refuse new calls."),
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-is_default", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"],
                condition=models.Q(is_default=True),
                name="one_default_agent",
            ),
            models.CheckConstraint(
                condition=models.Q(speed__gte=0.5, speed__lte=2), name="agent_speed_half_to_double"
            ),
            models.CheckConstraint(
                condition=models.Q(min_delay_ms__lte=models.F("max_delay_ms")),
                name="agent_delays_in_order",
            ),
        ]

    def __str__(self) -> str:
        return self.shown_name

    @property
    def shown_name(self) -> str:
        """Its name as pages show it, in the reader's language where it is a built-in one."""
        return of_agent(self.name)

    @property
    def answers(self) -> bool:
        """Whether it answers, or only transcribes."""
        return bool(self.responder)
