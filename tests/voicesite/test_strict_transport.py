"""HSTS is sent as the environment says, over HTTPS alone, and not at all until it is set."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fixtures.server import ROOT

ASK = """
import django
django.setup()
from django.test import Client
for secure in (True, False):
    answer = Client().get("/healthz", secure=secure, headers={"Host": "voice.example.com"})
    print(answer.headers.get("Strict-Transport-Security", "none"))
"""


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ({}, "none"),
        ({"HSTS_SECONDS": "3600"}, "max-age=3600"),
        (
            {"HSTS_SECONDS": "31536000", "HSTS_INCLUDE_SUBDOMAINS": "1", "HSTS_PRELOAD": "yes"},
            "max-age=31536000; includeSubDomains; preload",
        ),
    ],
)
def test_it_is_sent_as_the_environment_says(
    tmp_path: Path, given: dict[str, str], sent: str
) -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "voicesite.settings",
        "VAR_DIR": str(tmp_path),
        "PUBLIC_URL": "https://voice.example.com",
        "SECRET_KEY": "k" * 60,
        **given,
    }
    told = subprocess.run(
        [sys.executable, "-c", ASK],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    assert told.stdout.split("\n")[:2] == [sent, "none"]
