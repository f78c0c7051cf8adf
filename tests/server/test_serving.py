"""What is ready before the first request comes, and what is over before the last moment."""

import subprocess
import sys

from sessions_app.proxy import relay
from sessions_app.server import serving
from tests.fixtures.server import ROOT

LOADED = """
import sys
from sessions_app.server import serving
before = "sessions_app.api.urls" in sys.modules
serving._load_pages()
print(before, "sessions_app.api.urls" in sys.modules)
"""


def test_no_call_waits_for_the_pages_that_the_first_request_needs() -> None:
    command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", LOADED]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["False", "True"]


def test_a_web_process_whose_sockets_outlast_it_drains_in_time() -> None:
    assert relay.DRAIN_S < serving.DRAIN_S, "or nothing that follows its sockets is done"
