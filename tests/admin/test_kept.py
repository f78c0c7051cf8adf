"""Recordings and summaries in the admin."""

from html.parser import HTMLParser
from typing import Any

import pytest

from sessions_app.models import Recording, Summary


def test_they_are_reached_from_the_call_only(
    at_desk: Any, recording: Recording, summary: Summary
) -> None:
    index = at_desk.get("/admin/").content.decode()
    page = at_desk.get(f"/admin/sessions_app/call/{recording.call_id}/change/").content.decode()
    for row, word in ((recording, "recording"), (summary, "summary")):
        address = f"/admin/sessions_app/{word}/{row.pk}/change/"
        assert address in page
        assert f"sessions_app/{word}/" not in index
        assert recording.call.public_id in at_desk.get(address).content.decode()
        assert at_desk.post(address, {"state": "pending"}).status_code == 403


def test_those_without_the_permission_are_not_led_there(looking: Any, recording: Recording) -> None:
    page = looking.get(f"/admin/sessions_app/call/{recording.call_id}/change/").content.decode()
    assert "Recording details" not in page
    assert looking.get(f"/admin/sessions_app/recording/{recording.pk}/change/").status_code == 403


class Links(HTMLParser):
    """Notes the links that begin before another one has ended."""

    def __init__(self) -> None:
        super().__init__()
        self.nested: list[str] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            address = dict(attrs).get("href") or ""
            self.nested += [address] if self._open else []
            self._open.append(address)

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._open:
            self._open.pop()


@pytest.mark.parametrize(
    "name", ["recording", "summary", "call", "agent", "accesslog", "apitoken", "agent/latency"]
)
def test_no_link_lies_within_another(
    at_desk: Any, recording: Recording, summary: Summary, name: str
) -> None:
    at_desk.get(f"/admin/sessions_app/call/{recording.call_id}/change/")  # leaves an access
    links = Links()
    links.feed(at_desk.get(f"/admin/sessions_app/{name}/").content.decode())
    assert links.nested == []


def test_a_row_leads_to_itself_and_to_its_call(
    at_desk: Any, recording: Recording, summary: Summary
) -> None:
    for row, word in ((recording, "recording"), (summary, "summary")):
        page = at_desk.get(f"/admin/sessions_app/{word}/").content.decode()
        assert f'href="/admin/sessions_app/{word}/{row.pk}/change/"' in page
        assert f'href="/admin/sessions_app/call/{recording.call_id}/change/"' in page
