"""Puts the calls that there are into the feed of changes, the longest ended first."""

from typing import Any

from django.db import migrations
from django.db.models import F
from django.db.models.functions import Coalesce

BATCH = 1000


def number_calls(apps: Any, _editor: Any) -> None:
    call, change = (apps.get_model("sessions_app", name) for name in ("Call", "CallChange"))
    call.objects.update(updated_at=Coalesce(F("ended_at"), F("created_at")))
    kept = call.objects.filter(erasing_at=None).order_by("updated_at", "pk")
    count, rows = 0, []
    for public_id, owner_id, at in kept.values_list("public_id", "owner_id", "updated_at").iterator():
        count += 1
        rows.append(
            change(call_id=public_id, owner_id=owner_id, change="created", at=at, seq=count)
        )
        if len(rows) == BATCH:
            change.objects.bulk_create(rows)
            rows = []
    change.objects.bulk_create(rows)
    apps.get_model("sessions_app", "ChangeCounter").objects.create(pk=1, last=count)


class Migration(migrations.Migration):
    dependencies = [("sessions_app", "0029_understanding")]

    operations = [migrations.RunPython(number_calls, migrations.RunPython.noop)]
