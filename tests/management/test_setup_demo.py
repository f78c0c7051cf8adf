import io
import json
import stat
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from sessions_app.models import Agent, ApiToken
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


def read(var: Path) -> Any:
    return json.loads((var / "credentials.json").read_text())


def works(kept: Any) -> bool:
    """Returns whether passwords and tokens are those of the two users, with their rights."""
    for name in ("staff", "user"):
        user = authenticate(username=kept[name]["username"], password=kept[name]["password"])
        assert user is not None
        assert user.is_staff is user.is_superuser is (name == "staff")
        assert access.user_for_token(kept[name]["token"]) == user
    return True


def test_the_first_run_makes_users_who_can_sign_in(var: Path) -> None:
    shown = run()
    path = var / "credentials.json"
    kept = read(var)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert works(kept)
    for name in ("staff", "user"):
        assert kept[name]["password"] in shown
        assert kept[name]["token"] not in shown
    assert [entry.name for entry in var.iterdir()] == ["credentials.json"]


def test_later_runs_change_nothing_and_say_where_to_look(var: Path) -> None:
    run()
    before = (var / "credentials.json").read_text()
    shown = run()
    assert (var / "credentials.json").read_text() == before
    assert str(var / "credentials.json") in shown
    assert "password " not in shown


def test_a_lost_file_gives_new_passwords_and_says_so(var: Path) -> None:
    run()
    old = read(var)
    (var / "credentials.json").unlink()
    assert "staff and user got new passwords" in run()
    assert access.user_for_token(old["user"]["token"]) is None
    assert works(read(var))


def test_a_lost_database_gives_the_same_users_again(var: Path) -> None:
    run()
    kept = read(var)
    User.objects.all().delete()
    shown = run()
    assert "database is new" in shown
    assert kept["user"]["password"] not in shown
    assert read(var) == kept
    assert works(kept)


def test_what_staff_changed_stays_changed(var: Path) -> None:
    run()
    kept = read(var)
    access.revoke(ApiToken.objects.get(owner__username="user"))
    User.objects.filter(username="staff").delete()
    shown = run()
    assert "token of staff and user no longer works" in shown
    assert "delete" in shown
    assert read(var) == kept
    assert not User.objects.filter(username="staff").exists()
    assert access.user_for_token(kept["user"]["token"]) is None


def test_users_from_elsewhere_do_not_hinder_the_first_run(var: Path) -> None:
    User.objects.create_superuser("boss")
    run()
    assert works(read(var))


@pytest.mark.parametrize("held", ["", "{", "[]", '{"staff": {"username": "staff"}}'])
def test_a_broken_file_is_named_and_kept(var: Path, held: str) -> None:
    (var / "credentials.json").write_text(held)
    with pytest.raises(CommandError, match=r"credentials\.json cannot be read.*delete it"):
        run()
    assert (var / "credentials.json").read_text() == held


def test_users_without_a_file_are_never_made(var: Path) -> None:
    (var / "credentials.new").mkdir()  # so that the file cannot be written
    with pytest.raises(OSError, match=r"credentials\.new"):
        run()
    assert not User.objects.exists()


def test_the_first_agent_is_there_in_an_emptied_database(var: Path) -> None:
    Agent.objects.all().delete()
    run()
    assert Agent.objects.get().is_default
