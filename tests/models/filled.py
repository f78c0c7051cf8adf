"""Run by test_migrations: fills a database of an older release, migrates it, and asks it."""

import json
import os
import sys

import django

BEFORE = [("sessions_app", "0010_second_pass")]
TEXTS = {
    1: {"text": "I don\u2019t like the cafe\u0301"},
    2: {"text": "我想问一下", "edited_text": "我想问两下别的"},
    3: {"text": "one two three four", "heard_text": "one two"},
    4: {"text": "lost", "revised_text": "", "revised_at": "2026-01-01T00:00:00Z"},
}


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "voicesite.settings"
    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    # only this app goes back: the migrations of others are whole
    call_command("migrate", verbosity=0)
    executor = MigrationExecutor(connection)
    executor.migrate(BEFORE)
    apps = executor.loader.project_state(BEFORE).apps
    user = apps.get_model("auth", "User").objects.create(username="alice")
    agent = apps.get_model("sessions_app", "Agent").objects.first()
    call = apps.get_model("sessions_app", "Call").objects.create(
        public_id="filled", owner=user, agent=agent
    )
    segments = apps.get_model("sessions_app", "Segment").objects
    for seq, given in TEXTS.items():
        segments.create(call=call, seq=seq, speaker="caller", start_ms=0, end_ms=1, **given)
    permissions = apps.get_model("auth", "Permission").objects
    permissions.filter(codename="correct_transcript").delete()
    user.user_permissions.add(permissions.get(codename="change_call"))
    call_command("migrate", verbosity=0)

    from django.contrib.auth.models import User

    from sessions_app.models import Call, Segment, SegmentRevision
    from sessions_app.services import search

    queries = ("i don't", "CAFÉ", "问一下", "两下", "three four", "four café", "100%", "cafe")
    everything = Call.objects.all()
    told = {
        "counts": list(Segment.objects.order_by("seq").values_list("word_count", flat=True)),
        "total": search.with_word_count(everything).get().word_count,  # type: ignore[attr-defined]
        "best": {
            q: search.best_segments(everything, q)[call.pk].seq for q in ("four café", "café")
        },
        "revisions": list(
            SegmentRevision.objects.values_list("segment__seq", "number", "before", "after")
        ),
        "may_correct": User.objects.get().has_perm("sessions_app.correct_transcript"),
        "found": [query for query in queries if search.calls_saying(everything, query).exists()],
    }
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main()
