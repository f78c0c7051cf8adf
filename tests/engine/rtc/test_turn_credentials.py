"""TURN credentials as coturn checks them."""

import base64
import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions_app.engine.rtc.turn_credentials import TurnServers, ice_server, mint_credentials

TURN = TurnServers(("turn:turn.example.com:3478",), "a secret", 600)


def test_credentials_hold_for_a_while() -> None:
    made = mint_credentials(TURN, "7", 1_000_000.0)
    assert made.username == "1000800:7"
    digest = hmac.new(b"a secret", b"1000800:7", hashlib.sha1).digest()
    assert made.credential == base64.b64encode(digest).decode()
    assert made.urls == TURN.urls


def test_no_secret_is_shown() -> None:
    shown = f"{TURN} {mint_credentials(TURN, '7', 0.0)}"
    assert "a secret" not in shown
    assert mint_credentials(TURN, "7", 0.0).credential not in shown


def test_servers_are_addresses_or_objects() -> None:
    assert ice_server("stun:a").urls == ("stun:a",)
    made = ice_server({"urls": ["turn:a"], "username": "u", "credential": "c"})
    assert (made.urls, made.username, made.credential) == (("turn:a",), "u", "c")
    assert ice_server(made) is made
    with pytest.raises(ValueError, match=r"stun\.example\.com"):
        ice_server({})


def end_of(turn: TurnServers, name: str, now_s: float) -> int:
    end, _, whose = mint_credentials(turn, name, now_s).username.partition(":")
    assert whose == name
    return int(end)


@given(st.integers(1, 100_000), st.floats(0, 4e9), st.text(min_size=1, max_size=20))
def test_they_hold_as_long_as_promised_and_twice_that_at_most(
    ttl_s: int, now_s: float, name: str
) -> None:
    end = end_of(TurnServers(("turn:a",), "s", ttl_s), name, now_s)
    assert now_s + ttl_s <= end <= now_s + 2 * ttl_s + 1


@given(st.integers(1, 10_000), st.integers(0, 2**31), st.integers(1, 500))
def test_who_asks_often_has_one_name_and_the_next_when_that_is_half_over(
    ttl_s: int, start_s: int, steps: int
) -> None:
    turn = TurnServers(("turn:a",), "s", ttl_s)
    ends = {end_of(turn, "7", start_s + ttl_s * step / steps) for step in range(steps)}
    assert len(ends) <= 2
    window = start_s - start_s % ttl_s
    assert len({end_of(turn, "7", window + ttl_s * step / steps) for step in range(steps)}) == 1


@pytest.mark.parametrize("ttl_s", [0, -60])
def test_a_time_that_is_over_gives_what_is_over(ttl_s: int) -> None:
    assert end_of(TurnServers(("turn:a",), "s", ttl_s), "7", 1000.0) <= 1000
