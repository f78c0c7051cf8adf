"""Values in a list's address that are not understood are named; our own faults are not hidden."""

from typing import Any

import pytest
from django.contrib.admin.views.main import ChangeList
from django.test import Client

from sessions_app.models import Call
from tests.views.test_pages import text_of

LIST = "/admin/sessions_app/call/"


@pytest.mark.parametrize(
    ("query", "named", "unnamed"),
    [
        ("created_at__gte=soon", "created_at__gte=soon", ""),
        ("created_at__year=99999&state__exact=ended", "created_at__year=99999", "state__exact"),
        ("agent__id__exact=x&q=report", "agent__id__exact=x", "q=report"),
        ("recording=perhaps", "recording=perhaps", ""),
        ("recording=none&summary=perhaps", "summary=perhaps", "recording"),
        (f"agent__id__exact={'x' * 500}", "agent__id__exact=xxx", "x" * 60),
        ("agent__id__exact=<b>x</b>", "agent__id__exact=&lt;b&gt;x&lt;/b&gt;.", "<b>x"),
    ],
)
@pytest.mark.parametrize("flag", ["", "e=1&"])
def test_the_parameter_is_named_and_all_rows_are_shown(
    looking: Client, ended: Call, query: str, named: str, unnamed: str, *, flag: str
) -> None:
    answer = looking.get(f"{LIST}?{flag}{query}")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"{LIST}?e=1")
    page = looking.get(answer.headers["Location"]).content.decode()
    told = page.partition("Part of the address was not understood: ")[2].partition("</li>")[0]
    assert named in told
    assert not unnamed or unnamed not in told
    assert "All rows are shown instead." in told
    assert ended.public_id in page
    assert "Not understood" not in looking.get(LIST).content.decode()


def test_a_fault_of_ours_is_not_told_as_a_wrong_value(
    looking: Client, ended: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: Any, **_named: Any) -> None:
        raise ValueError("our own")

    monkeypatch.setattr(ChangeList, "get_results", broken)
    looking.raise_request_exception = False
    for query in ("", "?q=report", "?state__exact=ended&e=1"):
        answer = looking.get(f"{LIST}{query}")
        assert answer.status_code == 500
        assert "Something went wrong on our side" in text_of(answer)


@pytest.mark.parametrize("query", ["status=old", "revoked_at__isnull=1"])
def test_tokens_too(root: Client, query: str) -> None:
    answer = root.get(f"/admin/sessions_app/apitoken/?{query}")
    assert answer.status_code in (302, 400)
