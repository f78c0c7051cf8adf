"""What the admin offers to staff of three kinds does not refuse them then."""

import re
from html import unescape
from typing import Any
from urllib.parse import urldefrag, urljoin

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from tests.admin.conftest import signed_in
from tests.test_access_matrix import keys, people  # noqa: F401 - fixtures

REVIEWER = (
    *("view_call", "view_reviewcomment", "comment_call", "tag_call", "review_call", "score_call"),
    *("correct_transcript", "view_scorecard"),
)
SUPERVISOR = (
    *("view_call", "change_call", "end_call", "whisper_calls", "listen_live", "take_over_calls"),
    *("view_staffact", "view_accesslog", "view_recording", "view_summary", "view_sharelink"),
    *("share_call", "export_calls", "hold_call", "redact_call"),
)
OPERATOR = (
    *("add_agent", "change_agent", "view_agent", "add_apitoken", "change_apitoken"),
    *("view_apitoken", "add_webhookendpoint", "change_webhookendpoint"),
    *("view_webhookendpoint", "delete_webhookendpoint", "view_webhookdelivery"),
    *("view_user", "change_user", "view_group"),
)
ROLES = {"reviewer": REVIEWER, "supervisor": SUPERVISOR, "operator": OPERATOR}
HREF = re.compile(r'<a\b[^>]*?\bhref="([^"]*)"', re.DOTALL)
LEFT_OUT = re.compile(r"^(?!/)|/logout/|/static/|[?&](_facets|o|e)=")
"""Addresses elsewhere, and the same lists ordered otherwise."""


def staff_with(names: tuple[str, ...]) -> User:
    user = User.objects.create_user("kim", is_staff=True)
    found = Permission.objects.filter(codename__in=names)
    assert {one.codename for one in found} == set(names)
    user.user_permissions.set(found)
    return user


def links_of(page: str, address: str) -> list[str]:
    """Returns the addresses that a page leads to; of a narrowed list not what narrows it more."""
    found = [urldefrag(urljoin(address, unescape(href)))[0] for href in HREF.findall(page) if href]
    here, _, query = address.partition("?")
    again = f"{here}?" if query else "no address"
    return [href for href in found if not LEFT_OUT.search(href) and not href.startswith(again)]


def walked(client: Client) -> tuple[set[str], list[str]]:
    """Follows every link from the start of the admin on; returns the paths, and what is wrong."""
    waiting, seen, wrong = [("/admin/", "")], set[str](), list[str]()
    paths: set[str] = set()
    while waiting:
        address, offered_by = waiting.pop(0)
        path, _, query = address.partition("?")
        kind = path, re.sub(r"=[^&]*", "=", query)
        if str(kind) in seen:
            continue
        seen.add(str(kind))
        paths.add(path)
        answer: Any = client.get(address)
        if answer.status_code >= 400 or answer.get("Location", "").startswith("/admin/login"):
            wrong.append(f"{offered_by} offers {address}: {answer.status_code}")
        elif not answer.streaming and path.startswith(("/admin/", "/live/")):
            page = answer.content.decode()
            waiting += [(href, address) for href in links_of(page, address)]
    return paths, wrong


@pytest.mark.usefixtures("keys")
@pytest.mark.parametrize("role", ROLES)
def test_what_is_offered_is_there(role: str) -> None:
    paths, wrong = walked(signed_in(staff_with(ROLES[role])))
    assert wrong == []
    assert len(paths) > 12
