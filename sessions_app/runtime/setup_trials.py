"""Tries what an operator sets up, before it is stored: each says what works, or how to fix it."""

import secrets
import smtplib
import socket
import ssl
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile
from django.core.mail import EmailMessage
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sessions_app.engine.agent.responders.base import Responder
from sessions_app.engine.agent.responders.chat.stream import EMPTY, NO_CHAT
from sessions_app.engine.core.errors import ResponderError, chain_of
from sessions_app.engine.text.writing import clip
from sessions_app.models import Agent, Recording
from sessions_app.runtime import agent_preview, ice_servers, turn_trials
from sessions_app.runtime.settings import made_of
from sessions_app.runtime.turn_trials import Finding
from sessions_app.services import mail as mail_service
from sessions_app.services import retention
from sessions_app.services.agents import config_of

QUESTION = "Say good morning, in one short sentence."
SHOWN = 300
"""Characters of a model's answer that are shown."""

BAD_KEY, NOT_THERE = (401, 403), (404, 405)
"""HTTP statuses of a server that refuses the key, or has no such address."""

Voice = Mapping[str, Any]


async def model(voice: Voice) -> list[Finding]:
    """Asks the language model of VOICE a question, in the way that calls do."""
    entry = voice["RESPONDERS"].get("chat")
    if entry is None:
        told = _("No language model is named: agents transcribe, or are the Scribe.")
        return [Finding(False, told, _("Name a model, or skip this step."))]
    began = time.monotonic()
    try:
        responder: Responder = made_of(entry)
        config = replace(config_of(Agent()), responder_options={})
        answer = await agent_preview.answer_of(responder, config, QUESTION)
    except (ResponderError, ImproperlyConfigured) as error:
        return [_no_answer(error)]
    took = round(1000 * (time.monotonic() - began))
    if not answer:
        fix = _("Is it a model for conversations? One for embeddings or images says nothing.")
        return [Finding(False, _("The model answered with no words."), fix)]
    found = {"ms": took, "answer": clip(answer, SHOWN)}
    return [Finding(True, _("The model answered after %(ms)d ms: “%(answer)s”") % found)]


def _causes(error: BaseException) -> tuple[BaseException, ...]:
    """Returns all that an error was raised from; HTTP clients keep the last one as an argument."""
    found = tuple(chain_of(error))
    held = [arg for one in found for arg in one.args if isinstance(arg, BaseException)]
    return found + tuple(inner for one in held for inner in chain_of(one))


def _no_answer(error: Exception) -> Finding:
    causes = _causes(error)
    status = next((found for one in causes if (found := getattr(one, "status_code", 0))), 0)
    if status in BAD_KEY:
        told = _("The server refuses the key (%d).") % status
        return Finding(False, told, _("Type the key again; look whether it may use that model."))
    if status in NOT_THERE:
        fix = _("Check the model's name, and the end of the address: most servers want /v1.")
        return Finding(False, _("The server does not know that model or address."), fix)
    if status:
        told = _("The server answered with an error (%d).") % status
        return Finding(False, told, _("Its own log says why."))
    told = str(getattr(error, "message", "")) or _("The model cannot be used.")
    if told in (EMPTY, NO_CHAT):
        told = _("Something answers at that address, but not as a language model's server does.")
    fix = _("Is it an OpenAI-compatible server, and has it loaded the model?")
    return _unreachable(causes) or Finding(False, told, fix)


def _unreachable(causes: tuple[BaseException, ...]) -> Finding | None:
    """Returns what kept a connection from being made; None where nothing did."""
    if any(isinstance(one, socket.gaierror) for one in causes):
        fix = _("Check the name, and whether this machine can look it up.")
        return Finding(False, _("The server's name is not known."), fix)
    if any(isinstance(one, ssl.SSLError) for one in causes):
        fix = _("Is it plain where TLS is asked for? Else its certificate must be valid for it.")
        return Finding(False, _("TLS with the server failed."), fix)
    if any(isinstance(one, ConnectionRefusedError) for one in causes):
        fix = _(
            "Is the server running, at that port? Within a container 127.0.0.1 is the container "
            "itself: name the machine instead."
        )
        return Finding(False, _("Nothing listens at that address."), fix)
    if any(isinstance(one, TimeoutError) for one in causes):
        fix = _("Is it loading? Does a firewall drop the connection? Try again in a minute.")
        return Finding(False, _("The server does not answer in time."), fix)
    if any(isinstance(one, OSError) for one in causes):
        fix = _("Check the address and the network in between.")
        return Finding(False, _("The server cannot be reached."), fix)
    return None


async def turn(voice: Voice) -> list[Finding]:
    """Asks each address of VOICE["TURN"] for an allocation."""
    try:
        relay = ice_servers.turn(voice)
    except ImproperlyConfigured:
        told = _("There are addresses and no shared secret.")
        return [Finding(False, told, _("Type coturn's static-auth-secret."))]
    if relay is None:
        fix = _("Name one where callers are behind firewalls that let no UDP through.")
        return [Finding(False, _("No relay is named."), fix)]
    return await turn_trials.try_all(relay)


def recording(voice: Voice) -> list[Finding]:
    """Writes, reads and deletes a file where recordings are kept; counts what would be deleted."""
    found = [_storage()] if voice["RECORDING"] else [Finding(True, _("Nothing is recorded."))]
    days = (voice["RECORDINGS_KEEP_DAYS"], voice["TEXT_KEEP_DAYS"])
    return [*found, Finding(True, told_of_deletion(*days) or _("Nothing would be deleted now."))]


def told_of_deletion(audio_days: int, text_days: int) -> str:
    """Returns what these days would delete within the hour; empty for nothing."""
    sounds, texts = retention.overdue_with(audio_days, text_days, timezone.now())
    told = [
        ngettext("%d recording", "%d recordings", sounds) % sounds if sounds else "",
        ngettext("the text of %d call", "the texts of %d calls", texts) % texts if texts else "",
    ]
    listed = _(" and ").join(filter(None, told))
    return _("Older than that, and to be deleted within the hour: %s.") % listed if listed else ""


def _storage() -> Finding:
    storage = Recording._meta.get_field("file").storage
    data = secrets.token_bytes(4096)
    try:
        name = storage.save(f"setup-{secrets.token_hex(8)}", ContentFile(data))
        try:
            with storage.open(name) as file:
                same = file.read() == data
        finally:
            storage.delete(name)
    except Exception as error:  # noqa: BLE001 - each storage fails in its own ways
        told = _("Recordings cannot be kept (%s).") % type(error).__name__
        return Finding(False, told, _("Check RECORDINGS_URL, and the rights on its folder."))
    if not same:
        told = _("What is written where recordings are kept is read back as something else.")
        return Finding(False, told, _("Check RECORDINGS_URL and the disk behind it."))
    return Finding(True, _("A file was written where recordings are kept, read and deleted."))


def mail(voice: Voice, to: str) -> list[Finding]:
    """Sends a message to the operator's own address."""
    given = voice["MAIL"]
    if not given["HOST"] or not given["FROM"]:
        told = _("A server and a sender's address are needed.")
        return [Finding(False, told, _("Fill in both, or skip this step: nothing is sent then."))]
    if not to:
        return [Finding(False, _("There is nobody to send to."), _("Type your own address."))]
    connection = mail_service.Backend(mail=given)
    text = _("Your installation of voicesite can send mail.")
    message = EmailMessage(_("voicesite can send mail"), text, given["FROM"], [to])
    try:
        connection.send_messages([message])
    except Exception as error:  # noqa: BLE001 - SMTP, TLS and sockets fail in their own ways
        return [_not_sent(error)]
    finally:
        with suppress(OSError, smtplib.SMTPException):
            connection.close()  # one that failed on its way is open still
    told = _("The server took a message to %s.") % to
    return [Finding(True, told, _("If it does not come, look into the spam folder."))]


def _not_sent(error: Exception) -> Finding:
    if isinstance(error, smtplib.SMTPAuthenticationError):
        fix = _("Type both again. Some providers want a password made for programs.")
        return Finding(False, _("The server refuses user and password."), fix)
    if isinstance(error, smtplib.SMTPNotSupportedError):
        fix = _("Choose another encryption, or leave user and password empty.")
        return Finding(False, _("The server offers no STARTTLS or no sign-in."), fix)
    if isinstance(error, smtplib.SMTPSenderRefused | smtplib.SMTPRecipientsRefused):
        fix = _("Use a sender that belongs to that server, and your own address.")
        return Finding(False, _("The server refuses the sender or the receiver."), fix)
    if isinstance(error, smtplib.SMTPException):
        told = _("The server cannot be used (%s).") % type(error).__name__
        return Finding(False, told, _("Do port and encryption belong together?"))
    told = _("The message could not be sent (%s).") % type(error).__name__
    fix = _("Check the sender, and the server's address.")
    return _unreachable(_causes(error)) or Finding(False, told, fix)
