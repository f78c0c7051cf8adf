"""What a placed call brought, put together from messages."""

from sessions_app.call_client.report import CallReport


def test_notes_are_put_together_from_what_changed() -> None:
    report = CallReport()
    milk, tea, jam = ({"number": n, "text": t} for n, t in ((1, "milk"), (2, "tea"), (2, "jam")))
    report.apply_notes({"notes": [milk]})
    report.apply_notes({"notes": [tea]})
    assert report.notes == [milk, tea]
    report.apply_notes({"notes": [], "removed": [2]})
    report.apply_notes({"notes": [jam]})
    assert report.notes == [milk, jam]
    report.apply_notes({"notes": [tea], "whole": True})
    assert report.notes == [tea]
