"""What calls used, in the admin, on a call's page, over REST and in the list of calls."""

import csv
import io
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from sessions_app.engine.core.usage import UsageKind, UsedPart
from sessions_app.models import Call
from sessions_app.services import usage

pytestmark = pytest.mark.django_db
SUMS = "/admin/sessions_app/call/usage/"


@pytest.fixture
def used(ended: Call, settings: Any) -> Call:
    settings.VOICE = {
        **settings.VOICE,
        "STT_PRICES": {"google": Decimal(6)},
        "CURRENCY": "EUR",
    }
    heard = UsedPart(UsageKind.RECOGNITION, "google", audio_ms=12_340)
    asked = UsedPart(UsageKind.ANSWERS, "m", requests=2, tokens_in=30, tokens_out=4, estimated=True)
    usage.keep(ended.pk, [heard, asked])
    return ended


def pages(call: Call) -> tuple[str, str]:
    return f"/admin/sessions_app/call/{call.pk}/change/", f"/calls/{call.public_id}/"


def shown(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def test_a_calls_pages_tell_staff_what_it_used(
    used: Call, at_desk: Client, looking: Client, alice: User
) -> None:
    for address in pages(used):
        page = shown(at_desk, address)
        for told in ("12.3 s, 1.2340 EUR", "about 30 tokens in, 4 out, 2 requests", "Cost"):
            assert told in page
        assert "tokens in" not in shown(looking, address)
    own = Client()
    own.force_login(alice)
    assert "tokens in" not in shown(own, pages(used)[1])


def test_rest_tells_staff(used: Call, at_desk: Client, looking: Client) -> None:
    address = f"/api/v1/calls/{used.public_id}"
    assert looking.get(address).json()["usage"] is None
    told = at_desk.get(address).json()["usage"]
    assert told["costs"] == [{"currency": "EUR", "amount": "1.234000000"}]
    assert (told["unpriced"], told["estimated"]) == (1, True)
    assert told["parts"][1] == {
        "kind": "answers",
        "name": "m",
        "voice": "",
        "run": 0,
        "audio_ms": 0,
        "requests": 2,
        "tokens_in": 30,
        "tokens_out": 4,
        "characters": 0,
        "estimated": True,
        "cost": None,
        "currency": "",
    }


def rows(answer: Any) -> list[dict[str, str]]:
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"))))


def test_the_list_of_calls_has_it(used: Call, at_desk: Client, looking: Client) -> None:
    (told,) = rows(at_desk.get("/calls.csv"))
    assert (told["recognised_s"], told["tokens_in"], told["unpriced"]) == ("12.34", "30", "1")
    assert (told["cost"], told["currency"], told["estimated"]) == ("1.234000000", "EUR", "yes")
    (hidden,) = rows(looking.get("/calls.csv"))
    assert {hidden[name] for name in list(told)[15:]} == {""}


def test_sums_are_a_table_and_a_file(used: Call, at_desk: Client, looking: Client) -> None:
    month = f"{timezone.localdate():%Y-%m}"
    page = shown(at_desk, SUMS)
    assert f'<th scope="row">{month}</th><td>{used.agent.name}</td><td>1</td><td>0.2</td>' in page
    assert "1.2340 EUR" in page
    (line,) = rows(at_desk.get(f"{SUMS}usage.csv?by=day&agent={used.agent.slug}"))
    assert (line["period"], line["cost"]) == (str(timezone.localdate()), "1.234000000")
    assert "No calls began" in shown(at_desk, f"{SUMS}?until=2001-01-31")
    assert "92 days are summed at most" in shown(at_desk, f"{SUMS}?by=day&since=2001-01-01")
    assert at_desk.get(f"{SUMS}usage.csv?since=nonsense").status_code == 400
    assert looking.get(SUMS).status_code == 403
    assert SUMS in shown(at_desk, "/admin/sessions_app/call/")
    assert SUMS not in shown(looking, "/admin/sessions_app/call/")


def test_the_dashboard_tells_the_same_cost(used: Call, at_desk: Client, looking: Client) -> None:
    dashboard = "/admin/sessions_app/call/dashboard/"
    page, sums = shown(at_desk, dashboard), shown(at_desk, f"{SUMS}?by=all")
    assert "1.2340 EUR in all." in page
    assert "1.2340 EUR" in sums
    assert "What has no price is not in the cost." in page
    (line,) = rows(at_desk.get(f"{dashboard}cost.csv"))
    told = {"Agent": used.agent.name, "Currency": "EUR", "Cost": "1.234000"}
    assert line == told | {"Without a price": "1"}
    assert "1.2340" not in shown(looking, dashboard)
    assert looking.get(f"{dashboard}cost.csv").status_code == 403
    address = page.partition('">Usage and cost: what')[0].rpartition('href="')[2]
    assert "1.2340 EUR" in shown(at_desk, address.replace("&amp;", "&"))
