"""Mail by the SMTP server of VOICE["MAIL"], as it is set when a message is sent."""

import smtplib
import ssl
from typing import Any

from django.conf import settings
from django.core.mail.backends.smtp import EmailBackend
from django.utils.translation import gettext

TIMEOUT_S = 10
"""How long a server may take to answer. Lower fails slow ones; higher keeps people waiting."""

LOCAL_LINKS = "invitations and password links lead to localhost."
"""What operators are told where mail is set up and PUBLIC_URL is not."""


class Backend(EmailBackend):
    """Django's SMTP with the settings of now, or with `mail` in their place."""

    def __init__(self, *, mail: dict[str, Any] | None = None, **given: Any) -> None:
        found: dict[str, Any] = settings.VOICE["MAIL"] if mail is None else mail
        usual = {
            "host": found["HOST"],
            "port": found["PORT"],
            "username": found["USER"],
            "password": found["PASSWORD"],
            "use_tls": found["SECURITY"] == "starttls",
            "use_ssl": found["SECURITY"] == "tls",
            "timeout": TIMEOUT_S,
        }
        # Django gives None for what a sender leaves open
        super().__init__(**usual | {k: v for k, v in given.items() if v is not None})


def is_set() -> bool:
    """Returns whether this installation can send mail, as far as the settings say."""
    found: dict[str, Any] = settings.VOICE["MAIL"]
    return bool(found["HOST"] and found["FROM"])


def why_not(error: OSError) -> str:
    """Returns in a sentence why the server did not take a message.

    It has a number of SMTP or the error's kind, and neither an address nor the server's own words.
    """
    told, kind = _answered(error), type(error).__name__
    if told is not None:
        return told
    if isinstance(error, ssl.SSLCertVerificationError):
        return gettext("The mail server's certificate is not accepted.")
    if isinstance(error, (TimeoutError, smtplib.SMTPServerDisconnected)):
        return gettext("The mail server did not answer, or broke off.")
    if isinstance(error, smtplib.SMTPException):
        return gettext("The mail server did not take the message ({kind}).").format(kind=kind)
    return gettext("The mail server cannot be reached ({kind}).").format(kind=kind)


def _answered(error: OSError) -> str | None:
    """Returns what the server answered, where that has a number or is about what it can do."""
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return gettext("The mail server offers no STARTTLS or no sign-in.")
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code = next((code for code, _ in error.recipients.values()), 0)
        return gettext("The mail server refuses the recipient ({code}).").format(code=code)
    if not isinstance(error, smtplib.SMTPResponseException):
        return None
    code = error.smtp_code
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return gettext("The mail server refuses user and password ({code}).").format(code=code)
    if isinstance(error, smtplib.SMTPSenderRefused):
        return gettext("The mail server refuses the sender ({code}).").format(code=code)
    return gettext("The mail server did not take the message ({kind}).").format(kind=code)
