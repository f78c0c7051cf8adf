"""TURN credentials as coturn checks them."""

import base64
import hashlib
import hmac

import pytest

from sessions_app.transports.turn import Turn, ice_server, minted

TURN = Turn(("turn:turn.example.com:3478",), "a secret", 600)


def test_credentials_hold_for_a_while() -> None:
    made = minted(TURN, "7", 1_000_000.0)
    assert made.username == "1000600:7"
    digest = hmac.new(b"a secret", b"1000600:7", hashlib.sha1).digest()
    assert made.credential == base64.b64encode(digest).decode()
    assert made.urls == TURN.urls


def test_no_secret_is_shown() -> None:
    shown = f"{TURN} {minted(TURN, '7', 0.0)}"
    assert "a secret" not in shown
    assert minted(TURN, "7", 0.0).credential not in shown


def test_servers_are_addresses_or_objects() -> None:
    assert ice_server("stun:a").urls == ("stun:a",)
    made = ice_server({"urls": ["turn:a"], "username": "u", "credential": "c"})
    assert (made.urls, made.username, made.credential) == (("turn:a",), "u", "c")
    assert ice_server(made) is made
    with pytest.raises(ValueError, match=r"stun\.example\.com"):
        ice_server({})
