"""Visitors of one account are told apart in its lists."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from sessions_app.engine.core.party import visitor_name
from tests.conftest import CallMaker


def test_a_visitor_without_a_name_has_a_code_that_stays() -> None:
    codes = [visitor_name(f"ticket:{number}") for number in (1, 2, 1)]
    assert codes[0] == codes[2] != codes[1]
    assert all(re.fullmatch(r"[0-9A-F]{4}", code) for code in codes)
    assert visitor_name("id:Mrs Example") == "Mrs Example"


@pytest.mark.parametrize(
    ("visitor", "shown"),
    [
        ("id:Mrs <Example>", "Visitor <bdi>Mrs &lt;Example&gt;</bdi>"),
        ("ticket:7", f"Visitor <bdi>{visitor_name('ticket:7')}</bdi>"),
        ("", ""),
    ],
)
def test_lists_and_pages_name_the_visitor(
    as_alice: Client, alice: User, make_call: CallMaker, visitor: str, shown: str
) -> None:
    call = make_call(alice, visitor=visitor)
    for address in ("/", "/calls/", f"/calls/{call.public_id}/"):
        html = as_alice.get(address).content.decode()
        assert ("Visitor" in html) is bool(visitor), address
        assert shown in html
        assert "ticket:" not in html


def test_the_admin_names_the_visitor(
    client: Client, staff: Any, alice: User, make_call: CallMaker
) -> None:
    make_call(alice, visitor="id:Mrs Example")
    client.force_login(staff)
    assert "alice, visitor Mrs Example" in client.get("/admin/sessions_app/call/").content.decode()
