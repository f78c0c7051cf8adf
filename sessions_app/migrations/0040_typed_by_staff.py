"""Whether staff typed a line stays known when the user who did is deleted."""

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def mark(apps: Any, schema_editor: Any) -> None:
    """Marks the lines whose typists are known."""
    segments = apps.get_model("sessions_app", "Segment").objects.using(schema_editor.connection.alias)
    segments.filter(said_by__isnull=False).update(typed_by_staff=True)


class Migration(migrations.Migration):
    dependencies = [
        ("sessions_app", "0039_connection_checks"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="segment",
            name="typed_by_staff",
            field=models.BooleanField(
                default=False,
                editable=False,
                help_text="Whether staff typed it for the agent to say.",
            ),
        ),
        migrations.AlterField(
            model_name="segment",
            name="said_by",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                help_text="Which of the staff typed it for the agent to say, in a call they took "
                "over; none too where that user was deleted.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.RunPython(mark, migrations.RunPython.noop),
    ]
