"""The trials of setting up, against real servers of this machine."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as live
from django.contrib.auth.models import User
from django.utils import timezone

from sessions_app.models import Call
from sessions_app.runtime import setup_trials, stored_settings
from sessions_app.runtime.turn_trials import Finding
from tests.conftest import CallMaker
from tests.fixtures.coturn import SECRET, coturn
from tests.fixtures.mail_server import mail_server
from tests.fixtures.openai_server import running_model
from tests.fixtures.ports import free_port


def voice(**given: str) -> dict[str, Any]:
    return stored_settings.candidate(given)


def model(url: str) -> Finding:
    (found,) = asyncio.run(setup_trials.model(voice(CHAT_URL=url, CHAT_MODEL="small")))
    return found


def turn(*urls: str, secret: str = SECRET) -> Sequence[Finding]:
    given = voice(VOICE_TURN_URLS=",".join(urls), VOICE_TURN_SECRET=secret)
    return asyncio.run(setup_trials.turn(given))


def mail(port: int, **given: str) -> Finding:
    usual = {"MAIL_HOST": "127.0.0.1", "MAIL_FROM": "us@example.com", "MAIL_SECURITY": "none"}
    made = voice(**{**usual, "MAIL_PORT": str(port), **given})
    (found,) = setup_trials.mail(made, "me@example.com")
    return found


def test_a_model_answers() -> None:
    with running_model(default="Good morning!") as server:
        found = model(server.url)
        assert found.ok
        assert "Good morning!" in found.text
        assert server.chats[0].body["model"] == "small"


def test_what_is_wrong_with_a_model_is_told() -> None:
    with running_model(mode="refused") as server:
        assert "refuses the key (401)" in model(server.url).text
    with running_model(mode="garbage") as server:
        assert model(server.url).text.startswith("Something answers at that address, but not")
    assert model(f"http://127.0.0.1:{free_port()}/v1").text == "Nothing listens at that address."
    assert model("http://nobody.invalid/v1").text == "The server's name is not known."
    (none,) = asyncio.run(setup_trials.model(live.VOICE))
    assert not none.ok


def test_a_relay_gives_an_address_to_whoever_knows_the_secret() -> None:
    with coturn() as port:
        udp, tcp = (f"turn:127.0.0.1:{port}?transport={name}" for name in ("udp", "tcp"))
        found = turn(udp, tcp)
        assert [one.ok for one in found] == [True, True]
        assert "relays at 127.0.0.1" in found[0].text
        (refused,) = turn(udp, secret="another")
        assert "refuses the shared secret" in refused.text
    (gone,) = turn(f"turn:127.0.0.1:{port}?transport=tcp")
    assert "does not answer" in gone.text
    (unknown,) = turn("turn:nobody.invalid")
    assert "is not known" in unknown.text


def test_a_message_is_sent_with_the_password() -> None:
    with mail_server() as server:
        found = mail(server.port, MAIL_USER="us", MAIL_PASSWORD="secret")
        assert found.ok, found.text
        (message,) = server.messages
        assert (message["To"], message["From"]) == ("me@example.com", "us@example.com")
        assert server.signed_in == 1
        assert "no STARTTLS" in mail(server.port, MAIL_SECURITY="starttls").text
    with mail_server(refuses=True) as server:
        refused = mail(server.port, MAIL_USER="us", MAIL_PASSWORD="secret")
        assert refused.text == "The server refuses user and password."
    assert mail(free_port()).text == "Nothing listens at that address."


@pytest.mark.django_db
def test_recordings_are_written_and_older_ones_are_counted(
    alice: User, make_call: CallMaker
) -> None:
    call = make_call(alice)
    ended = timezone.now() - timedelta(days=10)
    Call.objects.filter(pk=call.pk).update(state="ended", ended_at=ended)
    written, older = setup_trials.recording(voice(TEXT_KEEP_DAYS="9"))
    assert written.ok, written.text
    assert "the text of 1 call" in older.text
    assert "Nothing" in setup_trials.recording(voice(TEXT_KEEP_DAYS="11"))[1].text
    assert setup_trials.recording(voice(VOICE_RECORDING="0"))[0].text == "Nothing is recorded."
