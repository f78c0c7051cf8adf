"""deploy/compose.yml and the image that it runs fit what the processes need."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
import yaml

from deploy.container import health
from sessions_app.server import serving
from sessions_app.services import stopping
from tests.fixtures.ports import free_port
from tests.fixtures.server import ROOT
from tests.house.test_settings import documented

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "deploy" / "compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: one for name, one in SERVICES.items() if one["image"] == "voicesite"}
MEDIA = {name: one for name, one in OURS.items() if one["environment"].get("VOICE_ROLE") == "media"}
DOCUMENT = (ROOT / "docs" / "deploy.md").read_text()
DOCKERFILE = (ROOT / "deploy" / "Dockerfile").read_text()


def test_every_role_is_there() -> None:
    assert set(OURS) == {"setup", "web", "worker", "beat", *MEDIA}
    assert len(MEDIA) > 1


def test_settings_are_settings() -> None:
    known = {name for name, _ in documented()}
    for name, one in OURS.items():
        assert set(one["environment"]) <= known, name


def test_variables_are_those_that_the_document_has_one_make() -> None:
    text = (ROOT / "deploy" / "compose.yml").read_text()
    made = re.findall(r"^([A-Z_]+)=", DOCUMENT.partition("cat >.env")[2], re.MULTILINE)
    assert set(re.findall(r"\$\{([A-Z_]+)", text)) == set(made)


def test_media_processes_have_udp_ports_of_their_own_and_publish_them() -> None:
    taken: set[int] = set()
    for name, one in MEDIA.items():
        ports = one["environment"]["VOICE_UDP_PORTS"]
        assert one["ports"] == [f"{ports}:{ports}/udp"], name
        first, last = map(int, ports.split("-"))
        assert not taken & set(range(first, last + 1))
        taken |= set(range(first, last + 1))
    assert f"{min(taken)} to {max(taken)}" in DOCUMENT
    assert len({one["environment"]["METRICS_PROCESS"] for one in MEDIA.values()}) == len(MEDIA)


def test_none_is_killed_while_it_still_ends_its_work() -> None:
    for one in MEDIA.values():
        drain_s = int(one["environment"]["VOICE_DRAIN_S"])
        grace_s = int(one["stop_grace_period"].rstrip("s"))
        assert grace_s >= drain_s + serving.HARD_LIMIT_S + serving.SPARE_S
    worker_s = int(SERVICES["worker"]["stop_grace_period"].rstrip("s"))
    assert worker_s > stopping.MOST_S


def test_ours_may_do_little() -> None:
    for name, one in OURS.items():
        assert one["cap_drop"] == ["ALL"], name
        assert one["read_only"], name
        assert one["security_opt"] == ["no-new-privileges:true"], name
    users = re.findall(r"^USER (\d+):(\d+)$", DOCKERFILE, re.MULTILINE)
    assert users
    assert "0" not in users[-1]


def test_only_what_callers_need_is_published() -> None:
    published = {name for name, one in SERVICES.items() if "ports" in one}
    assert published == {"caddy", *MEDIA}


def test_the_image_has_what_runs_and_nothing_else() -> None:
    kept = re.findall(r"^!(\S+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE)
    assert all((ROOT / name).exists() for name in kept)
    assert not {"tests", "bench", "docs", ".git", "var"} & set(kept)
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE)
    for name in " ".join(copied).split():
        assert name == "." or name in kept, name


class Answers(BaseHTTPRequestHandler):
    """Answers as voicesite does: to the right host name alone."""

    def do_GET(self) -> None:
        right = self.headers["Host"] == "voice.example.com" and self.path == "/healthz"
        self.send_response(200 if right else 400)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@contextmanager
def answering() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("variables", "well"),
    [
        ({"PUBLIC_URL": "https://voice.example.com"}, True),
        ({"PUBLIC_URL": "https://x.example.com", "ALLOWED_HOSTS": ".voice.example.com,y"}, True),
        ({"PUBLIC_URL": "https://x.example.com"}, False),
    ],
)
def test_health_is_asked_for_by_a_name_that_is_answered(
    variables: dict[str, str], well: bool
) -> None:
    with answering() as port:
        assert health.healthy({"PORT": str(port), **variables}) is well


def test_nobody_who_answers_is_not_well() -> None:
    assert not health.healthy({"PORT": str(free_port())})
