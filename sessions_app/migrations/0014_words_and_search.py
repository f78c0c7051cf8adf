"""Words are counted, and texts folded for searches, where a segment is written."""

from typing import Any

from django.db import migrations, models

from sessions_app.engine.text.folding import folded
from sessions_app.engine.text.writing import count

BATCH = 500
TEXTS = ("pk", "text", "heard_text", "edited_text", "revised_text", "revised_at")


def fill(apps: Any, schema_editor: Any) -> None:
    """Counts and folds what is there already."""
    segment = apps.get_model("sessions_app", "Segment")
    rows = segment.objects.using(schema_editor.connection.alias)
    batch = []
    for row in rows.only(*TEXTS).order_by("pk").iterator(BATCH):
        row.word_count = count(_shown(row))
        texts = (row.text, row.edited_text, row.revised_text)
        row.search_text = "\n".join(dict.fromkeys(filter(None, map(folded, texts))))
        batch.append(row)
        if len(batch) == BATCH:
            rows.bulk_update(batch, ["word_count", "search_text"])
            batch = []
    rows.bulk_update(batch, ["word_count", "search_text"])


def _shown(row: Any) -> str:
    if row.edited_text:
        return row.edited_text
    if row.revised_at is not None:
        return row.revised_text
    return row.text if row.heard_text is None else row.heard_text


class Migration(migrations.Migration):

    dependencies = [("sessions_app", "0013_sign_in_failures")]

    operations = [
        migrations.AddField(
            model_name="segment",
            name="word_count",
            field=models.PositiveIntegerField(default=0, editable=False, help_text="Words of the text that people read."),
        ),
        migrations.AddField(
            model_name="segment",
            name="search_text",
            field=models.TextField(blank=True, default="", editable=False, help_text="All its texts as searches compare them, one a line."),
            preserve_default=False,
        ),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
    ]
