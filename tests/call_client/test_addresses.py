"""What a program gives that can be no server, token or ticket: told before anything is sent."""

from typing import Any

import pytest

from sessions_app.call_client import CallError, call

SERVER = "http://127.0.0.1:1"


@pytest.mark.parametrize(
    ("url", "given", "why"),
    [
        ("nonsense", {}, "nonsense is no server's address"),
        ("ftp://voice.example.com", {}, "no server's address"),
        ("http://127.0.0.1:99999", {}, "no server's address"),
        (SERVER, {"ticket": "what is this?"}, "That is no ticket"),
        (SERVER, {"token": "vs_secret\n"}, "That is no token"),
        (SERVER, {"token": "vs_ü"}, "That is no token"),
    ],
)
async def test_what_is_wrong_is_told(url: str, given: dict[str, Any], why: str) -> None:
    with pytest.raises(CallError, match=why) as raised:
        async with call(url, **given):
            pass
    assert "secret" not in str(raised.value)
