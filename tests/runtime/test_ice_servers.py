"""ICE servers from the settings."""

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from sessions_app.runtime import ice_servers
from sessions_app.runtime.settings import voice_config


def given(settings: Any, **voice: Any) -> None:
    settings.VOICE = {**settings.VOICE, **voice}


def test_nothing_is_asked_unless_it_is_named() -> None:
    assert ice_servers.for_client("7") == []


def test_addresses_and_objects_are_taken(settings: Any) -> None:
    relay = {"urls": "turn:a", "username": "u", "credential": "c"}
    given(settings, ICE_SERVERS=["stun:b", relay])
    assert ice_servers.for_client("7") == [
        {"urls": ["stun:b"]},
        {"urls": ["turn:a"], "username": "u", "credential": "c"},
    ]


def test_each_client_gets_credentials_of_its_own(settings: Any) -> None:
    given(settings, TURN={"URLS": ["turn:a"], "SECRET": "s", "TTL_S": 60})
    (first,) = ice_servers.for_client("7")
    (second,) = ice_servers.for_client("8")
    assert first["username"].endswith(":7")
    assert first["credential"] != second["credential"]


def test_a_client_that_asks_again_is_the_same_for_the_relay(settings: Any) -> None:
    given(settings, TURN={"URLS": ["turn:a"], "SECRET": "s", "TTL_S": 10**9})
    assert ice_servers.for_client("7") == ice_servers.for_client("7")
    assert ice_servers.for_client("visitor a") != ice_servers.for_client("visitor b")


def test_the_server_is_another_one_for_each_call(settings: Any) -> None:
    """Else all its calls together had what one user may take."""
    given(settings, TURN={"URLS": ["turn:a"], "SECRET": "s", "TTL_S": 10**9})
    names = [ice_servers.all_for(ice_servers.SERVER)[0].username for _ in range(20)]
    assert len(set(names)) == 20
    assert all(name.partition(":")[2].startswith("voicesite-") for name in names)


@pytest.mark.parametrize(
    ("voice", "names"),
    [
        ({"ICE_SERVERS": [3]}, "ICE_SERVERS"),
        ({"ICE_SERVERS": [{}]}, "ICE_SERVERS"),
        ({"TURN": {"URLS": ["turn:a"]}}, "VOICE_TURN_SECRET"),
    ],
)
def test_what_cannot_be_used_is_named(settings: Any, voice: Any, names: str) -> None:
    given(settings, **voice)
    with pytest.raises(ImproperlyConfigured, match=names):
        ice_servers.for_client("7")


@pytest.mark.parametrize("ports", ["x", "5-4", "80-90", "40000", "40000-70000"])
def test_a_wrong_range_of_ports_is_named(settings: Any, ports: str) -> None:
    given(settings, UDP_PORTS=ports)
    with pytest.raises(ImproperlyConfigured, match="VOICE_UDP_PORTS"):
        voice_config()


def test_a_range_of_ports_is_read(settings: Any) -> None:
    given(settings, UDP_PORTS="40000-40999")
    assert voice_config().udp_ports == (40_000, 40_999)
