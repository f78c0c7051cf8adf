"""What staff read of a connection check: its steps, results, reasons and figures in words."""

from collections.abc import Mapping

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sessions_app.admin.display import NOTHING

STEPS = {
    "microphone": gettext_lazy("Microphone"),
    "loudspeaker": gettext_lazy("Loudspeaker"),
    "udp": gettext_lazy("Direct connection (UDP)"),
    "relay-udp": gettext_lazy("Relay (TURN) over UDP"),
    "relay-tcp": gettext_lazy("Relay (TURN) over TCP"),
    "relay-tls": gettext_lazy("Relay (TURN) over TLS"),
    "socket": gettext_lazy("Web connection (WebSocket)"),
    "words": gettext_lazy("Speech recognition"),
}
RESULTS = {
    "pass": gettext_lazy("Passed"),
    "fail": gettext_lazy("Failed"),
    "skipped": gettext_lazy("Skipped"),
}
REASONS = {
    "cancelled": gettext_lazy("The user stopped the check."),
    "other": gettext_lazy("Something unexpected happened in the browser."),
    "fair": gettext_lazy("It works, with some delay or loss."),
    "poor": gettext_lazy("It connects, and is too slow or loses too much for a call."),
    "permission": gettext_lazy("The browser or the system blocks the microphone."),
    "no-microphone": gettext_lazy("There is no microphone."),
    "microphone-busy": gettext_lazy("The microphone could not be opened: maybe in use."),
    "insecure": gettext_lazy("The page was not opened over HTTPS."),
    "unsupported": gettext_lazy("The browser can make no calls."),
    "silent": gettext_lazy("The microphone delivers silence: muted, or the wrong one."),
    "heard": gettext_lazy("The user heard the tone."),
    "echo": gettext_lazy("The user heard the tone, and so did the microphone: an echo."),
    "not-heard": gettext_lazy("The user heard no tone, and neither did the microphone."),
    "measured": gettext_lazy("The user heard no tone, but the microphone did."),
    "not-asked": gettext_lazy("The user did not say whether the tone was heard."),
    "no-way": gettext_lazy("The server was reached, but no sound got through."),
    "relay-silent": gettext_lazy("The relay did not answer the browser."),
    "relay-refused": gettext_lazy("The relay refused the credentials: see VOICE_TURN_SECRET."),
    "relay-settings": gettext_lazy("The browser rejects the relay's address: see VOICE_TURN_URLS."),
    "not-configured": gettext_lazy("This server has no such relay."),
    "refused": gettext_lazy("The server took no call: busy, or the user's limit was reached."),
    "server-gone": gettext_lazy("The server's WebSocket could not be reached."),
    "signed-out": gettext_lazy("The user was signed out."),
    "lost": gettext_lazy("The connection was lost while it was measured."),
    "no-path": gettext_lazy("Without a microphone or a way to the server it was not tried."),
    "nothing-said": gettext_lazy("No words were recognised."),
    "recogniser": gettext_lazy("The recogniser does not work: see /readyz."),
}
SHARES = {"lossUp": 1, "lossDown": 1, "level": 0}
"""Figures that are told in percent, with how many decimals."""


def step(name: str) -> str:
    """Returns a step's title."""
    return str(STEPS.get(name, name))


def result(name: str) -> str:
    """Returns a result in a word."""
    return str(RESULTS.get(name, name))


def reason(name: str) -> str:
    """Returns a reason as a sentence; a dash where there is nothing to say."""
    return str(REASONS.get(name, NOTHING))


def figures(measured: Mapping[str, float], took_ms: float) -> str:
    """Returns what a step measured, and how long it took."""
    sentences = {
        "connectMs": _("connected in {value} ms"),
        "roundTripMs": _("round trip {value} ms"),
        "lossUp": _("{value} lost to the server"),
        "lossDown": _("{value} lost from the server"),
        "jitterMs": _("jitter {value} ms"),
        "level": _("level {value}"),
        "echoDb": _("echo {value} dB above the noise"),
    }
    told = [
        words.format(value=_value(name, measured[name]))
        for name, words in sentences.items()
        if name in measured
    ]
    return ", ".join([*told, _("took {seconds} s").format(seconds=_number(took_ms / 1000, 1))])


def _value(name: str, value: float) -> str:
    share = SHARES.get(name)
    if name == "echoDb":
        value = max(0.0, value)  # what is not above the noise is not there
    return _number(value, 0) if share is None else f"{_number(100 * value, share)} %"


def _number(value: float, digits: int) -> str:
    return number_format(f"{value:.{digits}f}", digits)  # which by itself does not round
