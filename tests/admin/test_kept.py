"""Recordings and summaries in the admin."""

from typing import Any

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
