"""Which release of voicesite this is, and what it runs on."""

import functools
import platform
import tomllib
from importlib import metadata

import django
from django.conf import settings
from django.db import connection

PACKAGES = ("aiortc", "channels", "celery")
"""Packages whose versions matter beside Django's."""


@functools.cache
def version() -> str:
    """Returns the version in pyproject.toml; empty where that file was left out."""
    try:
        text = (settings.BASE_DIR / "pyproject.toml").read_text()
        return str(tomllib.loads(text)["project"]["version"])
    except (OSError, ValueError, KeyError):
        return ""


def versions() -> dict[str, str]:
    """Returns the versions of what runs here, by name. Asks the database for its own."""
    database = ".".join(map(str, connection.get_database_version()))
    return {
        "voicesite": version(),
        "Python": platform.python_version(),
        "Django": django.get_version(),
        connection.display_name: database,
        **{name: metadata.version(name) for name in PACKAGES},
    }
