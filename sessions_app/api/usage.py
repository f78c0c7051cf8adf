"""What a call used, and what that cost, as REST tells it."""

from typing import Any

from rest_framework import serializers

from sessions_app.api.fields import NamedChoiceField
from sessions_app.engine.core.usage import UsageKind
from sessions_app.models import Call, Usage
from sessions_app.services import usage


class UsageKindField(NamedChoiceField):
    schema_name = "UsageKind"
    values = tuple(kind.value for kind in UsageKind)


class UsedPartSerializer(serializers.ModelSerializer[Usage]):
    """What was used of one recogniser, language model or voice, for one purpose."""

    kind = UsageKindField(
        help_text="`recognition`, `answers` and `speech` are of the call itself; `second_pass`, "
        "`summary` and `values` followed it."
    )
    run = serializers.IntegerField(
        read_only=True, help_text="Tells apart what was made several times, such as summaries."
    )

    class Meta:
        model = Usage
        fields = (
            "kind",
            "name",
            "voice",
            "run",
            "audio_ms",
            "requests",
            "tokens_in",
            "tokens_out",
            "characters",
            "estimated",
            "cost",
            "currency",
        )
        read_only_fields = fields


class CostSerializer(serializers.Serializer[Any]):
    """The sum of what has a price in one currency."""

    currency = serializers.CharField(help_text="By PRICES_CURRENCY; may be empty.")
    amount = serializers.DecimalField(max_digits=18, decimal_places=9)


class UsageSerializer(serializers.Serializer[Any]):
    """What a call used so far, and what followed it."""

    parts = UsedPartSerializer(many=True)
    costs = CostSerializer(many=True, help_text="By the prices of the day of each part.")
    unpriced = serializers.IntegerField(help_text="How many parts had no price.")
    estimated = serializers.BooleanField(help_text="Whether some of it was not counted.")


def usage_of_call(call: Call, user: Any) -> dict[str, Any] | None:
    """Returns a call's usage for its representation; None for a `user` who may not see it."""
    if not usage.may_see(user):
        return None
    rows = usage.of_call(call)
    total = usage.total_of(rows)
    costs = [{"currency": name, "amount": cost} for name, cost in sorted(total.costs.items())]
    return dict(
        UsageSerializer(
            {
                "parts": rows,
                "costs": costs,
                "unpriced": total.unpriced,
                "estimated": total.estimated,
            }
        ).data
    )
