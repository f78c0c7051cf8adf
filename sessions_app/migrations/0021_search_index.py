"""The search index, and orders of the list of calls that need no sorting."""

from typing import Any

from django.db import migrations, models

from sessions_app.engine.text.folding import folded
from sessions_app.services.search.index import index_of

BATCH = 500


def fold_heard(apps: Any, schema_editor: Any) -> None:
    """Makes findable what was heard where that is not how the text begins; a batch at a time."""
    rows = apps.get_model("sessions_app", "Segment").objects.using(schema_editor.connection.alias)
    heard = rows.exclude(heard_text=None).exclude(heard_text="").order_by("pk")
    last = 0
    while batch := list(heard.filter(pk__gt=last).only("heard_text", "search_text")[:BATCH]):
        last = batch[-1].pk
        changed = [row for row in batch if _adds(row)]
        rows.bulk_update(changed, ["search_text"])


def _adds(row: Any) -> bool:
    heard, lines = folded(row.heard_text), row.search_text.split("\n")
    if not heard or any(line.startswith(heard) for line in lines):
        return False
    row.search_text = "\n".join([*filter(None, lines), heard])
    return True


def make(apps: Any, schema_editor: Any) -> None:  # noqa: ARG001 - Django's contract
    """Makes the index and fills it in short transactions: calls go on, and are in it at once."""
    index = index_of(schema_editor.connection.alias)
    index.install()
    index.fill(lambda _count: None)


def remove(apps: Any, schema_editor: Any) -> None:  # noqa: ARG001 - Django's contract
    index_of(schema_editor.connection.alias).remove()


class Migration(migrations.Migration):

    atomic = False

    dependencies = [("sessions_app", "0020_erasure")]

    operations = [
        migrations.AddIndex(
            model_name="call",
            index=models.Index(fields=["-created_at", "-id"], name="call_newest"),
        ),
        migrations.RunPython(fold_heard, migrations.RunPython.noop, elidable=True),
        migrations.RunPython(make, remove),
    ]
