"""Settings, the channel layer and mail."""

from asgiref.sync import async_to_sync
from django.conf import settings
from django.core import checks, mail

from sessions_app.doctor import findings
from sessions_app.doctor.findings import PartCheck, PartFinding, not_set, ok, problem, warning
from sessions_app.runtime import service_trials, stored_settings
from sessions_app.services.mail import LOCAL_LINKS, why_not

OWN_MAIL = "sessions_app.services.mail.Backend"
"""What signs in at the server of VOICE["MAIL"]."""

STORED_S = 5.0
"""Seconds for reading the admin's settings. Fewer leave them out where a database is slow."""


def take_stored() -> None:
    """Takes the settings of the admin, which the other checks then use.

    Nothing is said of a database that does not answer: its own check says it.
    """
    findings.run([PartCheck("stored settings", _taken, "", STORED_S)])


def _taken() -> PartFinding:
    stored_settings.refresh()
    return ok("They were read.")


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
    given = settings.VOICE["MAIL"]
    if settings.EMAIL_BACKEND != OWN_MAIL:
        backend = settings.EMAIL_BACKEND.rpartition(".")[2]
        return warning(f"Mail goes to {backend}.", "Leave EMAIL_BACKEND as it is.")
    if not given["HOST"]:
        return not_set("No mail server is set; voicesite sends no mail without.")
    try:
        with mail.get_connection():
            pass
    except OSError as error:  # smtplib's are some, too
        advice = "Look at MAIL_HOST, MAIL_PORT, MAIL_SECURITY, MAIL_USER and MAIL_PASSWORD."
        return problem(why_not(error), advice)
    told = f"{given['HOST']} took the sign-in."
    if not given["FROM"]:
        return problem(f"{told} Without a sender nothing is sent.", "Set MAIL_FROM.")
    if not settings.PUBLIC_URL:
        return warning(f"{told} But {LOCAL_LINKS}", "Set PUBLIC_URL.")
    return ok(told)
