"""The agent that every installation starts with."""

from django.db import migrations


def seed(apps, schema_editor):
    agents = apps.get_model("sessions_app", "Agent")
    if not agents.objects.exists():
        agents.objects.create(
            slug="transcribe-only",
            name="Transcribe only",
            description="Listens and writes down what is said. Says nothing.",
            is_default=True,
        )


class Migration(migrations.Migration):
    dependencies = [("sessions_app", "0001_initial")]
    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
