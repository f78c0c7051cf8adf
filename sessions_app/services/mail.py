"""Mail by the SMTP server of VOICE["MAIL"], as it is set when a message is sent."""

from typing import Any

from django.conf import settings
from django.core.mail.backends.smtp import EmailBackend

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
