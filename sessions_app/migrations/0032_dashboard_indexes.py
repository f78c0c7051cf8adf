from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("sessions_app", "0031_agent_versions"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="call",
            index=models.Index(
                fields=["created_at", "agent", "erasing_at", "state", "end_reason", "duration_ms"],
                name="call_numbers",
            ),
        ),
        migrations.AddIndex(
            model_name="turn",
            index=models.Index(
                condition=models.Q(
                    ("first_audio_ms__isnull", False), ("speech_end_ms__isnull", False)
                ),
                fields=["call", "speech_end_ms", "first_audio_ms"],
                name="turn_answered",
            ),
        ),
    ]
