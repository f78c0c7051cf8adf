"""What operators set in the admin holds for new calls; what the environment says goes first."""

import asyncio
from typing import Any

import pytest
from django.conf import settings as live
from django.contrib.auth.models import User

from sessions_app.engine.core.errors import ResponderError
from sessions_app.models import Agent, StoredSetting
from sessions_app.runtime import ice_servers, stored_settings
from sessions_app.runtime.agents import AgentBackends
from sessions_app.runtime.recognisers import Recognisers
from sessions_app.services import installation
from sessions_app.services.agents import config_of
from sessions_app.services.setup_registry import ENTRIES

pytestmark = pytest.mark.django_db

RELAY = {"VOICE_TURN_URLS": "turn:one.example.com", "VOICE_TURN_SECRET": "shared"}


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is applied yet, and nothing stays applied."""
    for name in ("VOICE_RECOGNISER", "VOICE_SYNTHESISER"):
        monkeypatch.delenv(name)  # tests/fixtures/plugin.py sets them to their defaults
    monkeypatch.setattr(stored_settings, "_applied", stored_settings._Applied())


def stored(user: User, **given: str) -> None:
    installation.save(user, given)
    stored_settings.refresh()


def test_the_registry_has_the_settings_own_defaults() -> None:
    remade = live.STORED_SETTINGS.remade
    usual = {entry.name: entry.default for entry in ENTRIES if entry.default}
    assert remade({}) == remade(usual)


def test_every_variable_of_the_registry_acts_where_it_says(staff: User) -> None:
    other = {"VOICE_RECOGNISER": "pocketsphinx", "VOICE_SYNTHESISER": "espeak"}
    other |= {"VOICE_RECORDING": "0", "MAIL_SECURITY": "tls", "CHAT_URL": "http://x.example/v1"}
    for entry in ENTRIES:
        given = {"CHAT_MODEL": "m"} if entry.name.startswith("CHAT") else {}
        made = stored_settings.candidate({**given, entry.name: other.get(entry.name, "7")})
        before = stored_settings.candidate(given if entry.name != "CHAT_MODEL" else {})
        for place in entry.places:
            assert stored_settings._at(made, place) != stored_settings._at(before, place), entry


def test_what_is_stored_holds_until_it_is_taken_back(staff: User) -> None:
    stored(staff, **RELAY, TEXT_KEEP_DAYS="30")
    relay = ice_servers.turn()
    assert relay is not None
    assert (relay.urls, relay.secret) == (("turn:one.example.com",), "shared")
    assert live.VOICE["TEXT_KEEP_DAYS"] == 30
    assert stored_settings.sources()["TEXT_KEEP_DAYS"] == stored_settings.STORED
    stored(staff, **dict.fromkeys(RELAY, ""), TEXT_KEEP_DAYS="")
    assert ice_servers.turn() is None
    assert live.VOICE["TEXT_KEEP_DAYS"] == 0


def test_the_environment_goes_first(staff: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEXT_KEEP_DAYS", "5")
    live.VOICE["TEXT_KEEP_DAYS"] = 5
    stored(staff, TEXT_KEEP_DAYS="30", RECORDINGS_KEEP_DAYS="9")
    assert (live.VOICE["TEXT_KEEP_DAYS"], live.VOICE["RECORDINGS_KEEP_DAYS"]) == (5, 9)
    assert stored_settings.sources()["TEXT_KEEP_DAYS"] == "environment"
    assert "TEXT_KEEP_DAYS" not in stored_settings.editable()


def test_a_key_of_the_environment_keeps_its_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else whoever sets the address could have the key sent to themselves."""
    monkeypatch.setenv("CHAT_API_KEY", "of the environment")
    may = stored_settings.editable()
    assert not {"CHAT_API_KEY", "CHAT_URL"} & may
    assert "CHAT_MODEL" in may


def test_what_a_settings_module_says_is_left_alone(staff: User, settings: Any) -> None:
    settings.VOICE = {**settings.VOICE, "RECORDINGS_KEEP_DAYS": 3}
    stored(staff, RECORDINGS_KEEP_DAYS="9")
    assert live.VOICE["RECORDINGS_KEEP_DAYS"] == 3
    assert stored_settings.sources()["RECORDINGS_KEEP_DAYS"] == stored_settings.CODE


def test_a_value_names_no_variable_of_the_environment(staff: User) -> None:
    """Else a model's name such as $SECRET_KEY would be sent to its server."""
    stored(staff, CHAT_MODEL="$PATH", CHAT_API_KEY="$ecret")
    options = live.VOICE["RESPONDERS"]["chat"]["OPTIONS"]
    assert (options["model"], options["api_key"]) == ("$PATH", "$ecret")


def test_a_value_that_fits_no_longer_keeps_no_other_back(
    staff: User, caplog: pytest.LogCaptureFixture
) -> None:
    StoredSetting.objects.create(name="VOICE_RECOGNISER", value="gone")
    stored(staff, TEXT_KEEP_DAYS="30")
    assert live.VOICE["TEXT_KEEP_DAYS"] == 30
    assert "VOICE_RECOGNISER of the admin does not fit" in caplog.text
    assert stored_settings.sources()["VOICE_RECOGNISER"] == stored_settings.DEFAULT


def test_new_calls_have_the_recogniser_that_is_set(staff: User) -> None:
    made = Recognisers()
    made.load("default", "pocketsphinx", "moonshine")
    stored(staff, VOICE_RECOGNISER="pocketsphinx")
    assert made.get("default") is made.default is made.get("pocketsphinx")
    stored(staff, VOICE_RECOGNISER="moonshine")
    assert made.get("default") is made.get("moonshine")
    asyncio.run(made.aclose())


def test_agents_get_a_model_without_a_restart_and_live_calls_keep_theirs(staff: User) -> None:
    config = config_of(Agent(responder="chat"))
    backends = AgentBackends()

    async def renewed() -> Any:
        await backends.renew()
        return backends.responder(config)

    async def all_of_it() -> None:
        none = {"CHAT_MODEL": ""}
        for given in ({"CHAT_MODEL": "one"}, {"CHAT_MODEL": "two"}):
            await asyncio.to_thread(_applied, given)
            made.append(await renewed())
        await asyncio.to_thread(_applied, none)
        with pytest.raises(ResponderError, match="not among"):
            await renewed()
        assert made[0] is not made[1]
        assert backends._replaced == made
        await backends.aclose()

    def _applied(given: dict[str, str]) -> None:
        stored_settings._apply({name: value for name, value in given.items() if value})

    made: list[Any] = []
    live.VOICE["SYNTHESISERS"] = {}
    asyncio.run(all_of_it())
