"""A worker that is told to stop in the middle of a work that takes too long."""

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.server import Product, wait_until

pytestmark = pytest.mark.timeout(120)

SETTINGS = {"DJANGO_SETTINGS_MODULE": "tests.fixtures.stuck_settings"}
OWE = """
from pathlib import Path
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from sessions_app.models import Call, Recording
from sessions_app.services import calls, versions
user, agent = User.objects.get(username="user"), calls.agent_for("")
call = Call.objects.create(owner=user, agent=agent, language="en-US", state="ended")
recording = Recording(call=call, state="done", duration_ms=2000, sha256="0" * 64)
recording.file.save("call.ogg", ContentFile(Path({audio!r}).read_bytes()))
versions.ask(call, user, "stuck")
"""
TELL = """
import json
from sessions_app.models import Version
print(json.dumps(Version.objects.values("state", "attempts", "leased_until").get()))
"""


@pytest.fixture
def stuck(tmp_path: Path, say: Callable[..., Path]) -> Iterator[Product]:
    """A product with a pending second transcript, by a recogniser that never comes to an end."""
    audio = tmp_path / "call.ogg"
    convert = [
        "ffmpeg",
        "-v",
        "error",
        "-i",
        str(say("good morning")),
        "-ac",
        "2",
        "-c:a",
        "libopus",
    ]
    subprocess.run([*convert, str(audio)], check=True, timeout=30)
    (tmp_path / "temporary").mkdir()
    product = Product(tmp_path / "var", SETTINGS | {"TMPDIR": str(tmp_path / "temporary")})
    product.prepare()
    product.manage("shell", "-v", "0", "-c", OWE.format(audio=str(audio)))
    try:
        yield product
    finally:
        product.stop()


def job_of(product: Product) -> dict[str, Any]:
    return dict(json.loads(product.manage("shell", "-v", "0", "-c", TELL)))


def test_it_gives_the_work_back_and_leaves_no_copy_of_the_sound(
    stuck: Product, tmp_path: Path
) -> None:
    def copied() -> list[Path]:
        return list((tmp_path / "temporary").glob("*/call.ogg"))

    stuck.start("worker")
    wait_until(copied, 40, "the work")
    stuck.terminate("worker")
    assert job_of(stuck) == {"state": "pending", "attempts": 0, "leased_until": None}
    assert copied() == []
