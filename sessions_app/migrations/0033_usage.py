"""What calls used, and what that cost; with what summaries and taken values used until now."""

from functools import partial
from typing import Any

import django.db.models.deletion
from django.db import migrations, models


BATCH = 1000


def carry_over(apps: Any, _editor: Any) -> None:
    get = partial(apps.get_model, "sessions_app")
    usage, fresh = get("Usage"), []
    for name, kind in (("SummaryVersion", "summary"), ("Extraction", "values")):
        for row in get(name).objects.filter(requests__gt=0).order_by("pk").iterator():
            fresh.append(
                usage(
                    call_id=row.call_id,
                    kind=kind,
                    name=row.model,
                    run=getattr(row, "number", 1),
                    requests=row.requests,
                    tokens_in=row.tokens_in,
                    tokens_out=row.tokens_out,
                    cost=row.cost,
                )
            )
    usage.objects.bulk_create(fresh, BATCH)


class Migration(migrations.Migration):
    dependencies = [
        ("sessions_app", "0032_dashboard_indexes"),
    ]

    operations = [
        migrations.CreateModel(
            name="Usage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("recognition", "Speech recognition"),
                            ("answers", "Answers"),
                            ("speech", "Voice"),
                            ("second_pass", "Second pass"),
                            ("summary", "Summary"),
                            ("values", "Values taken"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        help_text="The recogniser, model or synthesiser.", max_length=200
                    ),
                ),
                ("voice", models.CharField(blank=True, max_length=100)),
                ("run", models.PositiveIntegerField(default=0)),
                (
                    "audio_ms",
                    models.PositiveIntegerField(default=0, help_text="Audio that was recognised."),
                ),
                ("requests", models.PositiveIntegerField(default=0)),
                ("tokens_in", models.PositiveIntegerField(default=0)),
                ("tokens_out", models.PositiveIntegerField(default=0)),
                (
                    "characters",
                    models.PositiveIntegerField(default=0, help_text="What the voice was given."),
                ),
                (
                    "estimated",
                    models.BooleanField(
                        default=False,
                        help_text="Whether some of it was not counted, but estimated.",
                    ),
                ),
                (
                    "cost",
                    models.DecimalField(
                        blank=True,
                        decimal_places=9,
                        help_text="Empty where there was no price.",
                        max_digits=18,
                        null=True,
                    ),
                ),
                ("currency", models.CharField(blank=True, max_length=10)),
                (
                    "call",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="usage",
                        to="sessions_app.call",
                    ),
                ),
            ],
            options={
                "ordering": ["call", "pk"],
                "default_permissions": ("view",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("call", "kind", "name", "voice", "run"), name="usage_once"
                    )
                ],
            },
        ),
        migrations.RunPython(carry_over, migrations.RunPython.noop),
    ]
