"""The values taken from a call, for the fields that its agent's operator defines."""

from typing import Any

from django.conf import settings
from django.db import models

from sessions_app.i18n import gettext_lazy
from sessions_app.models.call import Call
from sessions_app.models.ordered_json import OrderedJSONField
from sessions_app.models.work import UNDER_WAY, LeasedJob


class Extraction(LeasedJob):
    """The values of one call, made after its end.

    `schema` is the agent's as it was when they were taken, `schema_version` its number. `found` are
    the values as they were taken, `corrections` those that staff set by hand; `values` are both,
    and what people read and lists are filtered by. A value is None where the call does not say it.
    `evidence` has the segments (`seq`) that a value of `found` rests on, by field.
    """

    call = models.OneToOneField(Call, on_delete=models.CASCADE, related_name="extraction")
    schema: Any = OrderedJSONField(default=dict, blank=True)
    schema_version = models.PositiveIntegerField(default=0)
    values: Any = models.JSONField(default=dict, blank=True)
    found: Any = models.JSONField(default=dict, blank=True)
    evidence: Any = models.JSONField(default=dict, blank=True)
    corrections: Any = models.JSONField(default=dict, blank=True)
    corrected_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text=gettext_lazy("Who corrected it last."),
    )
    corrected_at = models.DateTimeField(null=True, blank=True)
    engine = models.CharField(max_length=50, blank=True)
    model = models.CharField(
        max_length=200, blank=True, help_text=gettext_lazy("The language model, if any.")
    )
    note = models.CharField(max_length=500, blank=True)
    requests = models.PositiveIntegerField(default=0)
    tokens_in = models.PositiveIntegerField(default=0)
    tokens_out = models.PositiveIntegerField(default=0)
    cost = models.DecimalField(max_digits=12, decimal_places=6, null=True, blank=True)

    class Meta:
        verbose_name = gettext_lazy("set of extracted values")
        verbose_name_plural = gettext_lazy("extracted values")
        indexes = [
            # requeue_due_work: what is not done yet
            models.Index(
                fields=["leased_until"],
                name="extraction_owed",
                condition=models.Q(state__in=UNDER_WAY),
            ),
        ]

    def __str__(self) -> str:
        return f"values of {self.call_id}"

    @property
    def in_order(self) -> dict[str, Any]:
        """Returns `values` in the order of the schema's fields; databases may sort theirs."""
        fields, values = self.schema.get("properties", {}), dict[str, Any](self.values)
        return {name: values[name] for name in fields if name in values} | values
