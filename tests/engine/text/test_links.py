"""Addresses of pages, as people and models write them into a text."""

import pytest

from sessions_app.engine.text.links import LINK, link_at


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("Go to https://www.example.org/a/b?c=1.", ["https://www.example.org/a/b?c=1"]),
        ("(see https://en.wikipedia.org/wiki/A_(b)), so", ["https://en.wikipedia.org/wiki/A_(b)"]),
        ("**https://a.org/x** or [https://b.org/]", ["https://a.org/x", "https://b.org/"]),
        (
            "http://localhost:8000/a_b_c, http://10.0.0.1",
            ["http://localhost:8000/a_b_c", "http://10.0.0.1"],
        ),
        ("请看https://a.org/x?y=1。好", ["https://a.org/x?y=1"]),
        ("https://a.org谢谢 «https://b.org»", ["https://a.org", "https://b.org"]),
        ('<https://a.org/x_y> "https://b.org/"!', ["https://a.org/x_y", "https://b.org/"]),
        ("wss://a.org/s#f, FTP://b.org", ["wss://a.org/s#f", "FTP://b.org"]),
        ("https:// and xhttps://a.org and C://x", []),
    ],
)
def test_links_end_where_the_sentence_goes_on(text: str, links: list[str]) -> None:
    assert [found[0] for found in LINK.finditer(text)] == links


def test_the_site_of_a_link_is_known() -> None:
    found = LINK.search("See https://me:pw@www.a-b.example.org:8443/x.")
    assert found is not None
    assert (found["host"], found["port"]) == ("a-b.example.org", ":8443")


def test_a_place_within_a_link_is_known() -> None:
    text = "See https://a.org/x, or https://b.org."
    assert link_at(text, 10) == (4, 19)
    assert link_at(text, 4) is None
    assert link_at(text, 19) is None
    assert link_at(text, 30) == (24, 37)
