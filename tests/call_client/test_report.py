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


def test_what_is_printed_has_what_was_agreed_and_by_whom_it_is_to_be_done() -> None:
    report = CallReport(
        summary={
            "text": "The trees came.",
            "decisions": [{"text": "They pay in cash."}],
            "action_items": [
                {"text": "Tell Ines.", "who": "Ines", "due": "2026-12-05T12:00"},
                {"text": "Bring a van.", "who": "", "due": ""},
            ],
        },
        notes=[{"number": 1, "kind": "action", "text": "ring the school"}],
    )
    assert report.outcome() == [
        "Summary: The trees came.",
        "Decided: They pay in cash.",
        "To do: Tell Ines. (Ines, 2026-12-05 12:00)",
        "To do: Bring a van.",
        "Action item 1: ring the school",
    ]


def test_a_failed_summary_says_why() -> None:
    assert CallReport(summary={"text": "", "error": "No model."}).outcome() == [
        "Summary: No model."
    ]
    assert CallReport().outcome() == ["Summary: -"]
