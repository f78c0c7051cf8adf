"""Settings that operators make in the admin."""

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def known_installation(apps: Any, schema_editor: Any) -> None:
    """An installation that has users was set up before: nobody is led through that again."""
    users = apps.get_model(settings.AUTH_USER_MODEL).objects.using(schema_editor.connection.alias)
    if users.exists():
        rows = apps.get_model("sessions_app", "StoredSetting").objects
        rows.using(schema_editor.connection.alias).create(name="SETUP", value="before")


class Migration(migrations.Migration):
    dependencies = [
        ("sessions_app", "0040_typed_by_staff"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="StoredSetting",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=60, unique=True)),
                ("value", models.TextField()),
                ("set_at", models.DateTimeField(auto_now=True)),
                (
                    "set_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "setting of the installation",
                "verbose_name_plural": "settings of the installation",
                "ordering": ["name"],
                "default_permissions": ("change",),
            },
        ),
        migrations.RunPython(known_installation, migrations.RunPython.noop),
    ]
