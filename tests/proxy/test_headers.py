from typing import Any

import pytest

from sessions_app.proxy.headers import passed_on, returned
from sessions_app.services import access


def scope(*headers: tuple[bytes, bytes]) -> dict[str, Any]:
    return {"headers": list(headers), "client": ["192.0.2.7", 4711]}


def test_what_belongs_to_the_connection_stays_behind() -> None:
    given = scope(
        (b"host", b"voice.example.com"),
        (b"cookie", b"sessionid=1"),
        (b"Connection", b"Upgrade"),
        (b"upgrade", b"websocket"),
        (b"sec-websocket-key", b"x"),
        (b"content-length", b"17"),
    )
    assert passed_on(given) == [
        (b"host", b"voice.example.com"),
        (b"cookie", b"sessionid=1"),
        (b"x-forwarded-for", b"192.0.2.7"),
    ]
    kept = (b"set-cookie", b"a=1")
    assert returned([kept, (b"Server", b"x"), (b"transfer-encoding", b"chunked")]) == [kept]


@pytest.mark.parametrize(("trusted", "address"), [(0, "192.0.2.7"), (1, "203.0.113.9")])
def test_a_media_process_knows_where_the_client_is(
    settings: Any, trusted: int, address: str
) -> None:
    settings.VOICE = {**settings.VOICE, "ROLE": "web", "TRUSTED_PROXIES": trusted}
    claimed = b"198.51.100.1, 203.0.113.9"
    headers = dict(passed_on(scope((b"x-forwarded-for", claimed))))
    forwarded = headers[b"x-forwarded-for"].decode()
    assert forwarded == address
    settings.VOICE = {**settings.VOICE, "ROLE": "media"}
    assert access.address_of("", forwarded) == address


def test_only_a_media_processs_own_socket_is_believed(settings: Any) -> None:
    assert access.address_of("", "198.51.100.1") == ""
    settings.VOICE = {**settings.VOICE, "ROLE": "media"}
    assert access.address_of("192.0.2.7", "198.51.100.1") == "192.0.2.7"
