"""Setting up in the admin: who is led there, what a step stores, and what it never shows."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from sessions_app.models import Call, StoredSetting
from sessions_app.runtime import setup_trials, stored_settings
from sessions_app.runtime.turn_trials import Finding
from sessions_app.services import installation
from tests.admin.conftest import signed_in
from tests.conftest import PASSWORD, CallMaker

pytestmark = pytest.mark.django_db

AT = "/admin/setup"
KEY = "sk-very-private"
MODEL = {"CHAT_URL": "http://10.0.0.5:8000/v1", "CHAT_MODEL": "small", "CHAT_API_KEY": KEY}
DAYS = {"VOICE_RECORDING": "on", "RECORDINGS_KEEP_DAYS": "0", "TEXT_KEEP_DAYS": "5"}


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("VOICE_RECOGNISER", "VOICE_SYNTHESISER"):
        monkeypatch.delenv(name)
    monkeypatch.setattr(stored_settings, "_applied", stored_settings._Applied())


def sign_in(door: str, name: str) -> str:
    answer = Client().post(door, {"username": name, "password": PASSWORD})
    return str(answer.headers["Location"])


def text(answer: Any) -> str:
    return str(answer.content.decode())


@pytest.mark.parametrize("door", ["/login/", "/login/?next=/", "/admin/login/?next=/admin/"])
def test_operators_are_led_there_until_they_say_later(door: str, staff: User, alice: User) -> None:
    home = "/admin/" if door.startswith("/admin") else "/"
    assert sign_in("/login/", "alice") == "/"
    assert sign_in(door, "staff") == f"{AT}/"
    assert sign_in(f"{door.partition('?')[0]}?next=/calls/", "staff") == "/calls/"
    desk = signed_in(staff)
    assert desk.post(f"{AT}/").headers["Location"] == "/admin/"
    assert sign_in(door, "staff") == home
    assert f'href="{AT}/"' in text(desk.get("/admin/"))


def test_a_step_stores_and_goes_on_and_never_shows_a_secret(at_desk: Any) -> None:
    assert at_desk.post(f"{AT}/model/", MODEL).headers["Location"] == f"{AT}/voice/"
    assert installation.values() == MODEL
    assert stored_settings.sources()["CHAT_URL"] == stored_settings.STORED
    for page in ("model/", "summary/"):
        shown = text(at_desk.get(f"{AT}/{page}"))
        assert "http://10.0.0.5:8000/v1" in shown
        assert KEY not in shown
    assert "set by staff" in shown
    kept = at_desk.post(f"{AT}/model/", {**MODEL, "CHAT_MODEL": "large", "CHAT_API_KEY": ""})
    assert kept.status_code == 302
    assert installation.values()["CHAT_API_KEY"] == KEY
    at_desk.post(f"{AT}/model/", {**MODEL, "CHAT_API_KEY": "", "CHAT_API_KEY-forget": "on"})
    assert "CHAT_API_KEY" not in installation.values()


@pytest.mark.parametrize("tail", ["", "try/"])
def test_a_stored_key_goes_to_no_other_server(at_desk: Any, tail: str) -> None:
    at_desk.post(f"{AT}/model/", MODEL)
    other = {**MODEL, "CHAT_URL": "http://thief.example/v1", "CHAT_API_KEY": ""}
    assert "Type it again" in text(at_desk.post(f"{AT}/model/{tail}", other))
    assert installation.values() == MODEL


@pytest.mark.parametrize(
    ("step", "given", "told"),
    [
        ("model", {"CHAT_URL": "ftp://here/v1"}, "Type an address such as"),
        ("model", {"CHAT_URL": "http://me:secret@here/v1"}, "without a password in it"),
        ("turn", {"VOICE_TURN_URLS": "turn.example.com"}, "is no address such as turn:"),
        ("turn", {"VOICE_TURN_URLS": "turn:example.com"}, "VOICE_TURN_SECRET"),
        ("mail", {"MAIL_SECURITY": "tls", "MAIL_FROM": "me"}, "voice@example.com"),
        ("mail", {"MAIL_SECURITY": "tls", "MAIL_PORT": "0"}, "MAIL_PORT"),
        ("recording", {"TEXT_KEEP_DAYS": "-1"}, "greater than or equal to 0"),
        ("recogniser", {"VOICE_RECOGNISER": "google"}, "Select a valid choice"),
    ],
)
def test_what_does_not_fit_is_named(at_desk: Any, step: str, given: Any, told: str) -> None:
    answer = at_desk.post(f"{AT}/{step}/", given)
    assert answer.status_code == 200
    assert told in text(answer)
    assert not StoredSetting.objects.exists()


def test_what_the_environment_gives_is_shown_and_not_asked(
    at_desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHAT_API_KEY", KEY)
    page = text(at_desk.get(f"{AT}/model/"))
    assert "the environment variable CHAT_API_KEY" in page
    assert KEY not in page
    assert 'name="CHAT_URL"' not in page
    at_desk.post(f"{AT}/model/", MODEL)
    assert installation.values() == {"CHAT_MODEL": "small"}


def test_nothing_is_deleted_without_a_yes(at_desk: Any, alice: User, make_call: CallMaker) -> None:
    call, ended = make_call(alice), timezone.now() - timedelta(days=10)
    Call.objects.filter(pk=call.pk).update(state="ended", ended_at=ended)
    asked = text(at_desk.post(f"{AT}/recording/", DAYS))
    assert "the text of 1 call" in asked
    assert 'name="agree"' in asked
    assert not installation.values()
    assert at_desk.post(f"{AT}/recording/", {**DAYS, "agree": "on"}).status_code == 302
    assert installation.values() == {"TEXT_KEEP_DAYS": "5"}


def test_where_nothing_is_recorded_nobody_is_asked(at_desk: Any) -> None:
    assert "May this call be recorded?" in text(at_desk.get("/call/"))
    at_desk.post(f"{AT}/recording/", {"RECORDINGS_KEEP_DAYS": "0", "TEXT_KEEP_DAYS": "0"})
    page = text(at_desk.get("/call/"))
    assert "this server records nothing" in page
    assert "consent-agree" not in page


def test_a_trial_has_what_is_typed_and_stores_nothing(
    at_desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    def mail(voice: Any, to: str) -> list[Finding]:
        seen.append((voice["MAIL"]["HOST"], to))
        return [Finding(True, "sent")]

    monkeypatch.setattr(setup_trials, "mail", mail)
    given = {"MAIL_HOST": "mail.example.com", "MAIL_SECURITY": "tls", "to": " me@example.com "}
    answer = at_desk.post(f"{AT}/mail/try/", given)
    assert json.loads(answer.content) == {"findings": [{"ok": True, "text": "sent", "fix": ""}]}
    assert seen == [("mail.example.com", "me@example.com")]
    assert not StoredSetting.objects.exists()
    wrong = text(at_desk.post(f"{AT}/mail/try/", {**given, "MAIL_PORT": "99999"}))
    assert "Port: Ensure this value is less than" in wrong
    monkeypatch.setattr(setup_trials, "mail", lambda *_: 1 / 0)
    assert "It failed (ZeroDivisionError)" in text(at_desk.post(f"{AT}/mail/try/", given))
