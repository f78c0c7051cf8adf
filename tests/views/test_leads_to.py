"""The sign-in page names the page that it leads to."""

import pytest
from django.test import Client


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("/calls/?q=friday", "Sign in to open your calls."),
        ("/call/?agent=scribe", "Sign in to open the call page."),
        ("/calls/abc/", "Sign in to open this call."),
        ("/api/v1/docs/", "Sign in to open the API documentation."),
        ("/healthz", ""),
        ("//elsewhere.example/calls/", ""),
        ("/calls/\x00", ""),
        ("", ""),
    ],
)
def test_the_sign_in_page_says_what_it_leads_to(
    client: Client, db: None, address: str, said: str
) -> None:
    html = client.get("/login/", {"next": address}).content.decode()
    assert ("Sign in to open" in html) is bool(said)
    assert said in html


def test_a_browser_that_asks_for_an_icon_is_led_to_it(client: Client, db: None) -> None:
    answer = client.get("/favicon.ico")
    assert answer.status_code == 302
    assert answer["Location"].endswith(".svg")
    assert f'href="{answer["Location"]}"' in client.get("/admin/login/").content.decode()
