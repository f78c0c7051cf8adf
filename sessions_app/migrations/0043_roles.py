"""Groups that an installation begins with: reviewer, supervisor and operator.

A group that has one of these names already is left as it is. What they may do can be changed in
the admin; nothing sets it again.
"""

from typing import Any

from django.contrib.auth.management import create_permissions
from django.db import migrations

REVIEWER = (
    "view_call",
    "view_recording",
    "view_summary",
    "tag_call",
    "comment_call",
    "review_call",
    "score_call",
)
SUPERVISOR = (
    *REVIEWER,
    "change_call",
    "correct_transcript",
    "redact_call",
    "hold_call",
    "end_call",
    "listen_live",
    "whisper_calls",
    "take_over_calls",
    "share_call",
    "view_sharelink",
    "share_saved_view",
    "view_scorecard",
    "add_scorecardform",
    "change_scorecardform",
    "view_scorecardform",
    "view_usage",
    "view_accesslog",
    "view_agent",
    "view_connectioncheck",
    "export_calls",
    "view_archive",
    "add_passwordlink",
    "change_passwordlink",
    "view_passwordlink",
)
OPERATOR = (
    "add_agent",
    "change_agent",
    "delete_agent",
    "view_agent",
    "add_webhookendpoint",
    "change_webhookendpoint",
    "delete_webhookendpoint",
    "view_webhookendpoint",
    "view_webhookdelivery",
    "add_apitoken",
    "change_apitoken",
    "view_apitoken",
    "view_connectioncheck",
    "add_passwordlink",
    "change_passwordlink",
    "view_passwordlink",
)
GROUPS = {"reviewer": REVIEWER, "supervisor": SUPERVISOR, "operator": OPERATOR}


def make_groups(apps: Any, schema_editor: Any) -> None:
    using = schema_editor.connection.alias
    _make_permissions(apps, using)
    groups = apps.get_model("auth", "Group").objects.using(using)
    permissions = apps.get_model("auth", "Permission").objects.using(using)
    for name, codenames in GROUPS.items():
        group, made = groups.get_or_create(name=name)
        if made:
            ours = permissions.filter(content_type__app_label="sessions_app")
            group.permissions.set(ours.filter(codename__in=codenames))


def _make_permissions(apps: Any, using: str) -> None:
    """Makes the permissions now: Django does so only after all migrations."""
    config = apps.get_app_config("sessions_app")
    before, config.models_module = getattr(config, "models_module", None), True
    create_permissions(config, verbosity=0, interactive=False, using=using, apps=apps)
    config.models_module = before


class Migration(migrations.Migration):
    dependencies = [
        ("sessions_app", "0042_accounts"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(make_groups, migrations.RunPython.noop)]
