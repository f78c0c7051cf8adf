"""The agent that answers without any language model."""

from django.db import migrations


def seed(apps, schema_editor):
    agents = apps.get_model("sessions_app", "Agent")
    agents.objects.get_or_create(
        slug="scribe",
        defaults={
            "name": "Scribe",
            "description": "Takes notes and action items as you speak, and reads them back.",
            "responder": "scribe",
            "greeting": "Hello, this is the scribe. Say help to hear what I can do.",
            "closing_words": "Your notes are kept with the call. Goodbye.",
            "silence_s": 0,
        },
    )


class Migration(migrations.Migration):
    dependencies = [("sessions_app", "0003_agents_that_answer")]
    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
