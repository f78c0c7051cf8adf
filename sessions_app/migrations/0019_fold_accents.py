"""Accents make no difference to searches: what is stored is folded anew."""

from typing import Any

from django.db import migrations

from sessions_app.engine.text.folding import folded

BATCH = 500


def fold(apps: Any, schema_editor: Any) -> None:
    """Folds again, a batch at a time, each in a transaction of its own: calls may go on."""
    rows = apps.get_model("sessions_app", "Segment").objects.using(schema_editor.connection.alias)
    last = 0
    while batch := list(rows.filter(pk__gt=last).only("pk", "search_text").order_by("pk")[:BATCH]):
        last = batch[-1].pk
        rows.bulk_update([row for row in batch if _changes(row)], ["search_text"])


def _changes(row: Any) -> bool:
    """Folds a row's text; folding what was folded before does the rest."""
    before = row.search_text
    if before.isascii():
        return False
    row.search_text = "\n".join(dict.fromkeys(filter(None, map(folded, before.split("\n")))))
    return bool(row.search_text != before)


class Migration(migrations.Migration):

    atomic = False

    dependencies = [("sessions_app", "0018_sooner_turns")]

    operations = [migrations.RunPython(fold, migrations.RunPython.noop, elidable=True)]
