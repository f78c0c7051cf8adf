"""What a ticket may be asked for: ids and origins are taken exactly, or refused."""

from typing import Any

import pytest

from sessions_app.models import Ticket
from tests.api.conftest import Program

PATH = "/api/v1/tickets/"


def asked(program: Program, **wish: Any) -> Any:
    return program.send("POST", PATH, wish)


@pytest.mark.parametrize(
    "visitor",
    ["ali\u202ece", "\ufeffalice", "alice\u0000", "alice ", " ", "alice\n", "ali\ud83dce"],
    ids=ascii,
)
def test_an_id_that_cleaning_would_make_into_another_is_refused(
    program: Program, visitor: str
) -> None:
    answer = asked(program, visitor=visitor)
    assert answer.status_code == 400
    assert "visitor" in answer.content.decode()
    assert not Ticket.objects.exists()


def test_an_id_is_kept_letter_by_letter(program: Program) -> None:
    assert asked(program, visitor="Åsa.Ünal+1@example.org").status_code == 201
    assert Ticket.objects.get().visitor == "Åsa.Ünal+1@example.org"


@pytest.mark.parametrize(
    "origin",
    [
        "https://www.example.com",
        "http://localhost:3000",
        "http://[::1]:8080",
        "https://xn--bcher-kva.example",
        "capacitor://localhost",
    ],
)
def test_an_origin_is_taken_as_browsers_send_it(program: Program, origin: str) -> None:
    assert asked(program, origin=origin).status_code == 201
    assert Ticket.objects.get().origin == origin


@pytest.mark.parametrize(
    "origin",
    [
        "https://www.example.com/",
        "https://www.example.com/page",
        "https://WWW.example.com",
        "https://www.example.com:443",
        "http://www.example.com:80",
        "www.example.com",
        "null",
        "*",
        "https://www.example.com ",
        "https://user@example.com",
    ],
)
def test_an_origin_that_no_browser_sends_is_refused_with_an_example(
    program: Program, origin: str
) -> None:
    answer = asked(program, origin=origin)
    assert answer.status_code == 400
    assert "such as https://www.example.com" in answer.content.decode()


@pytest.mark.parametrize(
    "key", ["agentid", "agent", "Origin", "visitors", "callId", "a\ud83d"], ids=ascii
)
def test_a_key_that_is_not_known_makes_no_wider_ticket(program: Program, key: str) -> None:
    answer = asked(program, **{key: "scribe"})
    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == [key.replace("\ud83d", "?")]
    assert not Ticket.objects.exists()


def test_a_number_is_no_text_but_may_be_a_visitors_id(program: Program) -> None:
    answer = asked(program, agentId=7)
    assert answer.status_code == 400
    assert answer.json()["fields"] == {"agentId": ["Give a text, in quotes."]}
    assert asked(program, visitor=7).status_code == 201
    assert Ticket.objects.get().visitor == "7"


def test_a_misspelt_key_is_told_as_it_was_meant(program: Program) -> None:
    (said,) = asked(program, agentid="scribe").json()["fields"]["agentid"]
    assert "did you mean 'agentId'?" in said
    assert "agentId, origin, visitor" in said
