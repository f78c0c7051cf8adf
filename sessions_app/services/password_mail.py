"""Sends the links that set a password, as jobs of a worker: no request waits for a mail server."""

from enum import StrEnum
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, override

from sessions_app.engine.core.errors import VoiceError
from sessions_app.models import LinkPurpose, PasswordLink
from sessions_app.models.work import WorkState
from sessions_app.services import mail, password_links, work


class Unsent(StrEnum):
    """Why a mail was not sent, though nothing failed: `error` of a link whose job is done."""

    ENDED = "ended"
    MAIL_OFF = "mail_off"
    OTHER_KEY = "other_key"


class NotSentError(VoiceError):
    """The mail server was not reached, or refused the message (retryable)."""


TEMPLATES = {
    LinkPurpose.INVITATION: "mail/invitation.txt",
    LinkPurpose.RESET: "mail/reset.txt",
}


def send(link_pk: int) -> None:
    """Sends a link that still works to its user; safe to call twice for the same one."""
    with work.claimed(PasswordLink, link_pk) as link:
        if link is None:
            return
        unsent = _unsent(link)
        if unsent is None:
            _send(_message(link))
        # nothing but this: the link may be used or revoked meanwhile
        work.held_by(link).update(
            state=WorkState.DONE, done_at=timezone.now(), leased_until=None, error=unsent or ""
        )


def address_of(secret: str) -> str:
    """Returns the whole address of a link, as it stands in a mail."""
    base = settings.PUBLIC_URL or f"http://localhost:{settings.PORT}"
    return f"{base}{reverse('set_password', args=[secret])}"


def _send(message: EmailMessage) -> None:
    """Sends it; a failure names no address, since staff read it on the page System."""
    try:
        message.send()
    except (OSError, SMTPException) as error:
        told = gettext("The mail server did not take the message ({kind}).")
        raise NotSentError(told.format(kind=type(error).__name__)) from None


def _unsent(link: PasswordLink) -> Unsent | None:
    """Returns why nothing is to be sent; None if the mail is wanted."""
    if not mail.is_set():
        return Unsent.MAIL_OFF
    secret = password_links.secret_of(link)
    if not secret:
        return Unsent.OTHER_KEY
    return None if password_links.find(secret) else Unsent.ENDED


def _message(link: PasswordLink) -> EmailMessage:
    user, purpose = link.user, LinkPurpose(link.purpose)
    with override(link.language):
        invited = purpose is LinkPurpose.INVITATION
        subject = gettext("Your account for voicesite") if invited else gettext("A new password")
        told = {
            "name": user.get_full_name() or user.get_username(),
            "username": user.get_username(),
            "address": address_of(password_links.secret_of(link)),
            "until": timezone.localtime(link.expires_at),
            "site": settings.PUBLIC_URL,
        }
        text = render_to_string(TEMPLATES[purpose], told)
        return EmailMessage(subject, text, settings.VOICE["MAIL"]["FROM"], [user.email])
