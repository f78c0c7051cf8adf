import io
import json
import stat
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.core.management import call_command

from sessions_app.services import access

pytestmark = pytest.mark.django_db


@pytest.fixture
def var(tmp_path: Path, settings: Any) -> Path:
    settings.VAR_DIR = tmp_path
    return tmp_path


def run() -> str:
    out = io.StringIO()
    call_command("setup_demo", stdout=out)
    return out.getvalue()


def test_the_first_run_makes_users_who_can_sign_in(var: Path) -> None:
    shown = run()
    path = var / "credentials.json"
    kept = json.loads(path.read_text())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for name in ("staff", "user"):
        user = authenticate(username=name, password=kept[name]["password"])
        assert user is not None
        assert user.is_staff is (name == "staff")
        assert access.user_for_token(kept[name]["token"]) == user
        assert kept[name]["password"] in shown
        assert kept[name]["token"] not in shown


def test_later_runs_change_nothing_and_say_where_to_look(var: Path) -> None:
    run()
    before = (var / "credentials.json").read_text()
    shown = run()
    assert (var / "credentials.json").read_text() == before
    assert str(var / "credentials.json") in shown
    assert "password " not in shown


def test_a_lost_file_gives_new_passwords_and_says_so(var: Path) -> None:
    run()
    old = json.loads((var / "credentials.json").read_text())
    (var / "credentials.json").unlink()
    assert "new passwords" in run()
    new = json.loads((var / "credentials.json").read_text())
    assert access.user_for_token(old["user"]["token"]) is None
    assert authenticate(username="user", password=new["user"]["password"]) is not None


def test_a_lost_database_gives_users_again(var: Path) -> None:
    run()
    User.objects.all().delete()
    run()
    kept = json.loads((var / "credentials.json").read_text())
    assert authenticate(username="user", password=kept["user"]["password"]) is not None
