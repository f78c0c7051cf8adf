"""Pages of the list of calls."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from sessions_app.services import paging
from tests.conftest import CallMaker
from tests.views.conftest import add_segment
from tests.views.test_pages import text_of


def test_a_search_that_finds_many_counts_some(
    as_alice: Client, alice: User, make_call: CallMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "MOST_COUNTED", 25)
    made = [make_call(alice) for _ in range(45)]
    for call in made:
        add_segment(call, 1, "hello there")
    shown = [text_of(as_alice.get(f"/calls/?q=hello&page={page}")) for page in (1, 2, 3)]
    assert ["More than 25 calls found" in text for text in shown] == [True, False, False]
    assert "45 calls found" in shown[1]
    assert "45 calls found" in shown[2]
    assert made[0].public_id in as_alice.get("/calls/?q=hello&page=3").content.decode()
    assert "45 calls" in text_of(as_alice.get("/calls/"))
