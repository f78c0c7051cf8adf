"""All parts that the doctor looks at, in the order in which they depend on each other."""

from collections.abc import Sequence
from functools import partial

from sessions_app.doctor import configured, network, speaking, storing
from sessions_app.doctor.findings import DATABASE, PartCheck

LOADING_S = 90.0
"""Seconds for what loads a model and uses it, on a machine with calls."""


def all_parts(time_server: str) -> Sequence[PartCheck]:
    """Returns the checks; `time_server` is an NTP server or an address, empty for none."""
    look = "Look at DATABASE_URL and the database's log."
    loading = {"limit_s": LOADING_S}
    return (
        PartCheck("settings", configured.check_settings, "Run `manage.py check`.", **loading),
        PartCheck(DATABASE, storing.check_database, look),
        PartCheck("migrations", storing.check_migrations, look),
        PartCheck("broker", storing.check_broker, "Look at CELERY_BROKER_URL, and start it."),
        PartCheck("channels", configured.check_channels, "Look at REDIS_URL, and start Redis."),
        PartCheck("worker", storing.check_worker, look),
        PartCheck("beat", storing.check_beat, look),
        PartCheck("storage", storing.check_recordings, "Look at RECORDINGS_URL, and its rights."),
        PartCheck("disk", storing.check_disks, "Look at the disk and its rights."),
        PartCheck("turn", network.check_turn, "Look at VOICE_TURN_URLS (docs/networks.md)."),
        PartCheck(
            "public address", network.check_public_address, "Look at the name and the proxy."
        ),
        PartCheck("udp", network.check_udp, "Run `manage.py check_ice`."),
        PartCheck("certificates", network.check_certificates, "Renew it, with its whole chain."),
        PartCheck("clock", partial(network.check_clock, time_server), "Name another time server."),
        PartCheck(
            "recogniser", speaking.check_recognisers, "Run `manage.py recognisers`.", **loading
        ),
        PartCheck("model", speaking.check_model, "Look at CHAT_URL.", limit_s=40.0),
        PartCheck("voice", speaking.check_voices, "Try it in the agent's page.", **loading),
        PartCheck("mail", configured.check_mail, "Look at the mail server's name and password."),
    )
