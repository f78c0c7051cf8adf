"""The summary on a call's page."""

import re
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client

from sessions_app.models import Call, Summary

Maker = Callable[[User], Call]


def test_what_is_to_be_done_is_not_shown_as_done(
    as_alice: Client, alice: User, finished: Maker
) -> None:
    page = as_alice.get(f"/calls/{finished(alice).public_id}/").content.decode()
    listed = page.partition('id="action-items"')[2].partition("</ul>")[0]
    assert "Somebody sends the offer." in listed
    assert set(re.findall(r'href="#(i-[a-z-]+)"', listed)) == {"i-to-do"}
    drawn = re.search(r'<symbol id="i-to-do"[^>]*>(.*?)</symbol>', page)
    assert drawn is not None
    assert "path" not in drawn.group(1)  # an empty box


@pytest.mark.parametrize(
    ("due", "shown"),
    [
        ("2026-12-01", 'datetime="2026-12-01">Tuesday 1 December 2026</time>'),
        ("2026-12-01T09:00", ">Tuesday 1 December 2026, 09:00</time>"),
        ("", ""),
        ("soon", ""),
    ],
)
def test_the_day_that_an_item_names_is_shown(
    as_alice: Client, alice: User, finished: Maker, due: str, shown: str
) -> None:
    call = finished(alice)
    item = {"text": "Call the plumber on Tuesday.", "seq": 1, "who": "the plumber", "due": due}
    Summary.objects.filter(call=call).update(action_items=[item])
    page = as_alice.get(f"/calls/{call.public_id}/").content.decode()
    listed = page.partition('id="action-items"')[2].partition("</ul>")[0]
    assert shown in listed
    assert ("<time" in listed) == bool(shown)


def test_the_day_is_written_in_the_page_s_language(
    as_alice: Client, alice: User, finished: Maker
) -> None:
    call = finished(alice)
    item = {"text": "Call.", "seq": 1, "due": "2026-12-01T09:00"}
    Summary.objects.filter(call=call).update(action_items=[item])
    address = f"/calls/{call.public_id}/"
    german = as_alice.get(address, headers={"accept-language": "de"}).content.decode()
    spanish = as_alice.get(address, headers={"accept-language": "es"}).content.decode()
    assert ">Dienstag, 1. Dezember 2026, 09:00</time>" in german
    assert ">martes, 1 de diciembre de 2026, 09:00</time>" in spanish
