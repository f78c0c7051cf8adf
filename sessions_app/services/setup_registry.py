"""What operators can set in the admin: each variable, where it acts, and the step that asks it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _

RECOGNISER, MODEL, VOICE, TURN = "recogniser", "model", "voice", "turn"
RECORDING, MAIL = "recording", "mail"

STEPS: dict[str, Any] = {
    RECOGNISER: _("Speech recognition"),
    MODEL: _("Language model"),
    VOICE: _("Voice"),
    TURN: _("TURN relay"),
    RECORDING: _("Recording and retention"),
    MAIL: _("Mail"),
}
"""The steps in their order, with their titles."""


class SettingKind(StrEnum):
    """How a value is asked for and checked."""

    TEXT = "text"
    URL = "url"
    HIDDEN = "hidden"
    NUMBER = "number"
    SWITCH = "switch"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class SetupEntry:
    """One variable. `places` are the keys of VOICE that it acts on, and a key within each.

    `sent_to` names the variables of a secret's receiver: whoever changes one of them types the
    secret again, so that it goes nowhere but where it was meant for.
    """

    name: str
    step: str
    kind: SettingKind
    label: Any
    places: tuple[tuple[str, str], ...]
    help: Any = ""
    default: str = ""
    options: tuple[tuple[str, Any], ...] = ()
    sent_to: tuple[str, ...] = ()


_CHAT = (("RESPONDERS", "chat"), ("SUMMARISERS", "model"))
_RELAY = (("TURN", ""),)
_MAIL = (("MAIL", ""),)

ENTRIES = (
    SetupEntry(
        "VOICE_RECOGNISER",
        RECOGNISER,
        SettingKind.CHOICE,
        _("Recogniser of calls"),
        (("RECOGNISERS", "default"),),
        _("It writes what callers say, for all agents that name no other."),
        "embedded",
    ),
    SetupEntry(
        "CHAT_URL",
        MODEL,
        SettingKind.URL,
        _("Address"),
        _CHAT,
        _(
            "An OpenAI-compatible server, such as http://127.0.0.1:11434/v1 for Ollama on this "
            "machine. Empty for OpenAI's own."
        ),
    ),
    SetupEntry(
        "CHAT_MODEL",
        MODEL,
        SettingKind.TEXT,
        _("Model"),
        _CHAT,
        _("Its name as that server knows it, such as llama3.2. Empty for no language model."),
    ),
    SetupEntry(
        "CHAT_API_KEY",
        MODEL,
        SettingKind.HIDDEN,
        _("Key"),
        _CHAT,
        _("Empty where the server asks for none."),
        "none",
        sent_to=("CHAT_URL",),
    ),
    SetupEntry(
        "VOICE_SYNTHESISER",
        VOICE,
        SettingKind.CHOICE,
        _("Usual speech engine"),
        (("SYNTHESISERS", "default"),),
        _("It speaks for all agents that name no other."),
        "hibari",
        (
            ("hibari", _("hibari for English, eSpeak NG for other languages")),
            ("espeak", _("eSpeak NG alone: less work for this machine")),
        ),
    ),
    SetupEntry(
        "VOICE_TURN_URLS",
        TURN,
        SettingKind.TEXT,
        _("Addresses"),
        _RELAY,
        _(
            "Such as turn:turn.example.com:3478, several with commas. Empty for none: calls then "
            "work where callers reach this server over UDP."
        ),
    ),
    SetupEntry(
        "VOICE_TURN_SECRET",
        TURN,
        SettingKind.HIDDEN,
        _("Shared secret"),
        _RELAY,
        _("What coturn has as static-auth-secret."),
    ),
    SetupEntry(
        "VOICE_RECORDING",
        RECORDING,
        SettingKind.SWITCH,
        _("Calls may be recorded"),
        (("RECORDING", ""),),
        _("Each caller is asked. When this is off nobody is, and only words are kept."),
        "1",
    ),
    SetupEntry(
        "RECORDINGS_KEEP_DAYS",
        RECORDING,
        SettingKind.NUMBER,
        _("Keep audio for (days)"),
        (("RECORDINGS_KEEP_DAYS", ""),),
        _("0 keeps it for ever. An agent may have days of its own."),
        "0",
    ),
    SetupEntry(
        "TEXT_KEEP_DAYS",
        RECORDING,
        SettingKind.NUMBER,
        _("Keep text for (days)"),
        (("TEXT_KEEP_DAYS", ""),),
        _("Transcripts, notes and summaries. 0 keeps them for ever."),
        "0",
    ),
    SetupEntry(
        "MAIL_HOST",
        MAIL,
        SettingKind.TEXT,
        _("Server"),
        _MAIL,
        _("The name of an SMTP server that takes your mail. Empty for none."),
    ),
    SetupEntry("MAIL_PORT", MAIL, SettingKind.NUMBER, _("Port"), _MAIL, default="587"),
    SetupEntry(
        "MAIL_SECURITY",
        MAIL,
        SettingKind.CHOICE,
        _("Encryption"),
        _MAIL,
        default="starttls",
        options=(
            ("starttls", _("STARTTLS (usual on port 587)")),
            ("tls", _("TLS from the start (usual on port 465)")),
            ("none", _("None: only for a server on this machine")),
        ),
    ),
    SetupEntry("MAIL_USER", MAIL, SettingKind.TEXT, _("User"), _MAIL),
    SetupEntry(
        "MAIL_PASSWORD",
        MAIL,
        SettingKind.HIDDEN,
        _("Password"),
        _MAIL,
        sent_to=("MAIL_HOST", "MAIL_PORT", "MAIL_SECURITY"),
    ),
    SetupEntry(
        "MAIL_FROM",
        MAIL,
        SettingKind.TEXT,
        _("Sender"),
        _MAIL,
        _("The address that messages come from, such as voice@example.com."),
    ),
)

BY_NAME = {entry.name: entry for entry in ENTRIES}


def of_step(step: str) -> list[SetupEntry]:
    """Returns a step's variables in their order."""
    return [entry for entry in ENTRIES if entry.step == step]
