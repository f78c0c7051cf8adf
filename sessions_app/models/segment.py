"""A segment: the final text of one utterance or sentence."""

from typing import Any

from django.conf import settings
from django.db import models

from sessions_app.engine.core.events import Speaker, Word
from sessions_app.engine.text.folding import folded
from sessions_app.engine.text.realigning import realigned
from sessions_app.engine.text.writing import count, together, tokens
from sessions_app.i18n import gettext_lazy
from sessions_app.models.call import Call


class SegmentSource(models.TextChoices):
    """Where the text is from; with KEYPAD it is the key that the caller pressed."""

    LIVE = "live", gettext_lazy("Live")
    SECOND_PASS = "second_pass", gettext_lazy("Second pass")
    KEYPAD = "keypad", gettext_lazy("Keypad")


DERIVED = ("word_count", "search_text")
"""Fields that `Segment.derive` sets."""


def searchable(text: str, heard: str, *others: str) -> str:
    """Returns the distinct texts, folded for search, one per line.

    What was heard of an interrupted answer is mostly its beginning, and not said twice.
    """
    plain = folded(text)
    part = folded(heard)
    lines = [plain, "" if plain.startswith(part) else part, *map(folded, others)]
    return "\n".join(dict.fromkeys(filter(None, lines)))


class Segment(models.Model):
    """What was said between `start_ms` and `end_ms` of the call clock.

    `words` is a list of `{"text", "start_ms", "end_ms", "confidence"}`, with "speaker" if the
    engine tells several people apart. `text` never changes: an accepted second pass and people's
    corrections are stored in fields of their own.
    """

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="segments")
    seq = models.PositiveIntegerField(
        help_text=gettext_lazy("Order of arrival in the call, from 1.")
    )
    speaker = models.CharField(
        max_length=10, choices=[(s.value, s.value.capitalize()) for s in Speaker]
    )
    text = models.TextField()
    heard_text = models.TextField(  # noqa: DJ001 - empty says that nothing of it was heard
        null=True,
        blank=True,
        help_text=gettext_lazy("What was heard of it before an interruption; none when all was."),
    )
    turn_index = models.PositiveIntegerField(
        default=0,
        help_text=gettext_lazy("The turn it belongs to, which may be stored later; 0 for none."),
    )
    edited_text = models.TextField(
        blank=True, help_text=gettext_lazy("Somebody's correction, if any.")
    )
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    edited_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text=gettext_lazy(
            "When it was corrected; without a text, to say that nothing was said."
        ),
    )
    revision = models.PositiveIntegerField(
        default=0,
        editable=False,
        help_text=gettext_lazy("How often what people read of it has changed."),
    )
    source = models.CharField(
        max_length=12, choices=SegmentSource.choices, default=SegmentSource.LIVE.value
    )
    said_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        help_text=gettext_lazy(
            "Which of the staff typed it for the agent to say, in a call they took over; "
            "none too where that user was deleted."
        ),
    )
    typed_by_staff = models.BooleanField(
        default=False, editable=False, help_text="Whether staff typed it for the agent to say."
    )
    revised_text = models.TextField(
        blank=True,
        help_text=gettext_lazy("What an accepted second pass has; empty for no words at all."),
    )
    revised_words = models.JSONField(default=list, blank=True)
    revised_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text=gettext_lazy("When that was accepted; none where nothing was."),
    )
    start_ms = models.PositiveIntegerField()
    end_ms = models.PositiveIntegerField()
    confidence = models.FloatField(null=True, blank=True)
    language = models.CharField(max_length=20, blank=True)
    words = models.JSONField(default=list, blank=True)
    word_count = models.PositiveIntegerField(
        default=0, editable=False, help_text=gettext_lazy("Words of the text that people read.")
    )
    search_text = models.TextField(
        blank=True,
        editable=False,
        help_text=gettext_lazy("All its texts as searches compare them, one a line."),
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = gettext_lazy("line of a transcript")
        verbose_name_plural = gettext_lazy("lines of transcripts")
        ordering = ["call", "start_ms", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["call", "seq"], name="segment_seq_in_call"),
            models.CheckConstraint(
                condition=models.Q(end_ms__gte=models.F("start_ms")),
                name="segment_ends_after_start",
            ),
            models.CheckConstraint(
                condition=models.Q(confidence__isnull=True)
                | models.Q(confidence__gte=0, confidence__lte=1),
                name="segment_confidence_0_to_1",
            ),
            models.CheckConstraint(
                condition=models.Q(speaker__in=[s.value for s in Speaker]),
                name="segment_speaker_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.call_id}/{self.seq}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.derive()
        if (fields := kwargs.get("update_fields")) is not None:
            kwargs["update_fields"] = {*fields, *DERIVED}
        super().save(*args, **kwargs)

    def derive(self) -> None:
        """Sets the DERIVED fields from the texts; call it before a bulk write, for each row."""
        self.word_count = 0 if self.source == SegmentSource.KEYPAD else count(self.shown_text)
        texts = (self.text, self.heard_text or "", self.edited_text, self.revised_text)
        self.search_text = searchable(*texts)

    @property
    def interrupted(self) -> bool:
        return self.heard_text is not None

    @property
    def is_corrected(self) -> bool:
        """Whether people read what somebody made of it, which may be nothing at all."""
        return bool(self.edited_text) or self.edited_at is not None

    @property
    def shown_text(self) -> str:
        """The displayed text: a correction, else an accepted second pass, else what was heard."""
        return self.edited_text if self.is_corrected else self.uncorrected_text

    @property
    def uncorrected_text(self) -> str:
        """What people read where nobody corrected it."""
        if self.revised_at is not None:
            return self.revised_text
        return self.text if self.heard_text is None else self.heard_text

    @property
    def unheard_text(self) -> str:
        """What an interrupted agent had still to say; empty where nothing is left but marks."""
        if self.heard_text is None:
            return ""
        rest = self.text.removeprefix(self.heard_text).strip()
        if rest == self.text and self.heard_text:  # it was heard otherwise than it is written
            rest = together(tokens(self.text)[len(tokens(self.heard_text)) :])
        return rest if count(rest) else ""

    @property
    def shown_words(self) -> list[dict[str, Any]]:
        """The words that `shown_text` is based on, with times: the recogniser's, or a correction's.

        Those of a correction are made here of the recogniser's, as `text.realigning` says.
        """
        recognised = list(self.words if self.revised_at is None else self.revised_words)
        if not self.is_corrected:
            return recognised
        if self.heard_text is not None and self.revised_at is None:
            recognised = recognised[: len(tokens(self.heard_text))]
        words = realigned(
            [_word(row) for row in recognised], self.edited_text, self.start_ms, self.end_ms
        )
        return [_row(word) for word in words]

    @property
    def is_shown(self) -> bool:
        """Whether it has something to read: not if no words are in it after all.

        That is what an accepted second pass found, or what somebody said who corrected it.
        """
        return bool(self.shown_text) or (self.revised_at is None and not self.is_corrected)


def _word(row: dict[str, Any]) -> Word:
    sure, speaker = row.get("confidence"), row.get("speaker", "")
    return Word(row["text"], row["start_ms"], row["end_ms"], sure, speaker)


def _row(word: Word) -> dict[str, Any]:
    row = {
        "text": word.text,
        "start_ms": round(word.start_ms),
        "end_ms": round(word.end_ms),
        "confidence": word.confidence,
    }
    return row | ({"speaker": word.speaker} if word.speaker else {})
