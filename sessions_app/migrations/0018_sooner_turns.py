"""Agents that wait as long as was usual wait as long as is usual now."""

from typing import Any

from django.db import migrations, models

USUAL_MAX_MS = 2500
THEN_MS, NOW_MS = 600, 450


def sooner(apps: Any, _schema: Any) -> None:
    _move(apps, THEN_MS, NOW_MS)


def later(apps: Any, _schema: Any) -> None:
    _move(apps, NOW_MS, THEN_MS)


def _move(apps: Any, before_ms: int, after_ms: int) -> None:
    agents = apps.get_model("sessions_app", "Agent").objects
    agents.filter(min_delay_ms=before_ms, max_delay_ms=USUAL_MAX_MS).update(min_delay_ms=after_ms)


class Migration(migrations.Migration):
    dependencies = [
        ("sessions_app", "0017_keypad"),
    ]

    operations = [
        migrations.AlterField(
            model_name="agent",
            name="min_delay_ms",
            field=models.PositiveIntegerField(
                default=450, help_text="Shortest silence, in ms, after which the agent answers."
            ),
        ),
        migrations.RunPython(sooner, later),
    ]
