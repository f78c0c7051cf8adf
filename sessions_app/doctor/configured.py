"""Settings, the channel layer and mail."""

from typing import Any

from asgiref.sync import async_to_sync
from django.conf import settings
from django.core import checks, mail

from sessions_app.doctor.findings import PartFinding, not_set, ok, problem, warning
from sessions_app.runtime import service_trials

SMTP = "django.core.mail.backends.smtp.EmailBackend"


def check_settings() -> PartFinding:
    """Runs what `manage.py check` runs; on a public server `--deploy` too."""
    deploy = bool(settings.PUBLIC_URL)
    command = "manage.py check --deploy" if deploy else "manage.py check"
    found = checks.run_checks(include_deployment_checks=deploy)
    told = [one for one in found if not one.is_silenced()]
    errors = [one for one in told if one.level >= checks.ERROR]
    warnings = [one for one in told if checks.WARNING <= one.level < checks.ERROR]
    if errors:
        return problem(str(errors[0].msg), f"Run `{command}`: {len(errors)} errors.")
    if warnings:
        return warning(str(warnings[0].msg), f"Run `{command}`: {len(warnings)} warnings.")
    return ok(f"`{command}` finds nothing.")


def check_channels() -> PartFinding:
    """Sends a message through the channel layer, by which processes hear each other."""
    if settings.CHANNEL_LAYERS["default"]["BACKEND"].endswith("InMemoryChannelLayer"):
        return not_set("It is in memory: one process hears itself.", "Set REDIS_URL for several.")
    async_to_sync(service_trials.try_channel_layer)()
    return ok("A message through Redis came back.")


def check_mail() -> PartFinding:
    """Signs in at the mail server; nothing is sent."""
    backend: str = settings.EMAIL_BACKEND
    if backend != SMTP:
        return warning(f"Mail goes to {backend.rpartition('.')[2]}.", "Set a mail server.")
    given: Any = settings
    if not given.is_overridden("EMAIL_HOST") or not settings.EMAIL_HOST:
        return not_set("No mail server is set; voicesite sends no mail without.")
    with mail.get_connection(timeout=10):
        return ok(f"{settings.EMAIL_HOST} took the sign-in.")
