"""Versions of agents: those that there are begin with the first."""

from typing import Any

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

NOT_CONFIGURED = {"id", "is_default", "extraction_version", "created_at", "updated_at"}


def keep_first(apps: Any, _editor: Any) -> None:
    agents, versions = (
        apps.get_model("sessions_app", name).objects for name in ("Agent", "AgentVersion")
    )
    for agent in agents.filter(versions=None):
        names = [field.name for field in agent._meta.concrete_fields]
        config = {name: getattr(agent, name) for name in names if name not in NOT_CONFIGURED}
        tidy = {
            name: value.replace("\r\n", "\n") if isinstance(value, str) else value
            for name, value in config.items()
        }
        versions.create(agent=agent, number=1, config=tidy)


class Migration(migrations.Migration):
    dependencies = [
        ("sessions_app", "0030_number_changes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AgentVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "number",
                    models.PositiveIntegerField(
                        help_text="Its place among the agent's versions, from 1."
                    ),
                ),
                (
                    "config",
                    models.JSONField(
                        help_text="The agent's settings by the names of its fields."
                    ),
                ),
                (
                    "restores",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="The number of the version that this one went back to.",
                        null=True,
                    ),
                ),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "agent",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="versions",
                        to="sessions_app.agent",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        blank=True,
                        help_text="None where no person did, and where their account was deleted.",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["agent", "-number"],
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("agent", "number"), name="agent_version_number"
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="call",
            name="agent_version",
            field=models.PositiveIntegerField(
                blank=True,
                editable=False,
                help_text="The number of the agent's version that the call ran with; empty for "
                "calls of before there were versions.",
                null=True,
            ),
        ),
        migrations.RunPython(keep_first, migrations.RunPython.noop),
    ]
