"""A long call's page, and the parts that it comes without."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from bench.long_call import LINE_MS, long_call
from sessions_app.models import Call, Segment
from sessions_app.services import sharing
from sessions_app.services.call_parts import A_PART, FIRST_ANSWERS, FIRST_LINES
from sessions_app.services.sharing import ShareWish

pytestmark = pytest.mark.django_db

LINES = FIRST_LINES + A_PART + 5
GAPS = "The connection was lost for"


@pytest.fixture
def call(alice: User) -> Call:
    """A call with a gap in its first lines, one in the next part, and one after its last words."""
    call: Call = long_call(alice, LINES)
    at = (3, FIRST_LINES, LINES)
    call.gaps = [[line * LINE_MS - 150, line * LINE_MS - 50] for line in at]
    call.save()
    return call


def parts_of(html: str, kind: str) -> list[str]:
    return re.findall(rf'data-part="({kind}:[0-9]+-[0-9]+)"', html)


def seqs_of(html: str) -> list[int]:
    return [int(seq) for seq in re.findall(r'id="segment-([0-9]+)"', html)]


def get(client: Client, call: Call, query: str = "") -> str:
    answer = client.get(f"/calls/{call.public_id}/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_page_and_parts_have_each_line_once(as_alice: Client, call: Call) -> None:
    page = get(as_alice, call)
    names = parts_of(page, "lines")
    assert len(names) == 2
    parts = [get(as_alice, call, f"?part={name}") for name in names]
    assert seqs_of(page) == list(range(1, FIRST_LINES + 1))
    assert seqs_of("".join(parts)) == list(range(FIRST_LINES + 1, LINES + 1))
    assert [html.count(GAPS) for html in (page, *parts)] == [2, 1, 0]
    assert "data-correctable" in parts[1]
    assert all("<html" not in part for part in parts)
    whole = get(as_alice, call, "?whole")
    assert (seqs_of(whole), parts_of(whole, "lines")) == (list(range(1, LINES + 1)), [])
    assert whole.count(GAPS) == 3
    assert seqs_of(get(as_alice, call, "?line=250")) == [250]


def test_answers_come_in_parts_on_one_scale(as_alice: Client, call: Call) -> None:
    page = get(as_alice, call)
    (name,) = parts_of(page, "answers")
    part = get(as_alice, call, f"?part={name}")
    numbers = re.findall(r"Answer ([0-9]+) ", page + part)
    assert numbers == [str(number) for number in range(1, LINES // 2 + 1)]
    assert page.count('data-testid="turn"') == FIRST_ANSWERS
    bars = re.findall(r"<rect [^>]+>", get(as_alice, call, "?whole"))
    assert re.findall(r"<rect [^>]+>", page + part) == bars


def test_what_is_shown_of_a_later_line_changes_the_page(as_alice: Client, call: Call) -> None:
    before = get(as_alice, call)
    Segment.objects.filter(call=call, seq=LINES).update(revision=1)
    assert parts_of(before, "lines") == parts_of(get(as_alice, call), "lines")
    assert before.count('data-revision="1"') + 1 == get(as_alice, call).count('data-revision="1"')


@pytest.mark.parametrize("query", ["?part=lines:900-950", "?part=answers:900-950"])
def test_there_is_nothing_after_the_last(as_alice: Client, call: Call, query: str) -> None:
    assert not get(as_alice, call, query).strip()


@pytest.mark.parametrize("query", ["?part=lines:x-9", "?part=words:1-2", "?line=x"])
def test_what_is_no_part_has_the_page(as_alice: Client, call: Call, query: str) -> None:
    assert len(seqs_of(get(as_alice, call, query))) == FIRST_LINES


def test_a_part_is_as_big_as_the_server_says(as_alice: Client, call: Call) -> None:
    assert len(seqs_of(get(as_alice, call, "?part=lines:0-999999"))) == A_PART


def test_who_may_not_see_the_call_gets_no_part_of_it(client: Client, bob: User, call: Call) -> None:
    address = f"/calls/{call.public_id}/?part=lines:0-10"
    assert client.get(address).status_code == 302
    client.force_login(bob)
    assert client.get(address).status_code == 404


def test_a_link_has_the_lines_and_nothing_else_in_parts(
    client: Client, alice: User, call: Call
) -> None:
    link, secret = sharing.share(call, alice, ShareWish(timezone.now() + timedelta(days=1)))
    address = f"/s/{secret}/"
    names = parts_of(client.get(address).content.decode(), "lines")
    part = client.get(f"{address}?part={names[1]}").content.decode()
    assert seqs_of(part) == list(range(FIRST_LINES + A_PART + 1, LINES + 1))
    for hidden in ("data-text", "data-edit", "data-correctable", 'line-time" type="button'):
        assert hidden not in part
    assert "<html" in client.get(f"{address}?part=answers:0-5").content.decode()
    # the part is of the visit, which is in the access log; the page is there each time
    assert [look.action for look in sharing.looks_of(link)] == ["read", "read"]


def test_the_page_tells_which_lines_of_all_the_recogniser_was_unsure_of(
    as_alice: Client, call: Call
) -> None:
    lines = Segment.objects.filter(call=call)
    lines.update(confidence=0.9)
    lines.filter(seq__in=(2, 3, 4, FIRST_LINES + 9)).update(confidence=0.69)
    lines.filter(seq=3).update(edited_text="Well, yes.", edited_at=timezone.now())
    lines.filter(seq=4).update(revised_text="Well, yes.", revised_at=timezone.now())
    page = get(as_alice, call)
    after = FIRST_LINES + 8
    assert f'data-unsure="2:{LINE_MS} {after + 1}:{after * LINE_MS}"' in page
    assert page.count("69 % sure</span>") == 1
    assert "69 % sure</span>" in get(as_alice, call, f"?part=lines:{FIRST_LINES}-{LINES}")
