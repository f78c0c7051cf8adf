"""The summary on a call's page."""

import re
from collections.abc import Callable

from django.contrib.auth.models import User
from django.test import Client

from sessions_app.models import Call

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
