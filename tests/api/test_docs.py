"""The OpenAPI document and its page."""

import io
import re
from threading import Thread
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiYamlRenderer

from sessions_app.api import docs
from tests.api.conftest import openapi


@pytest.fixture(scope="module")
def document() -> Any:
    return openapi()


def test_the_document_is_valid_and_made_without_a_warning() -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=io.StringIO())


OPEN = ("/api/v1/schema/", "/api/v1/protocol/", "/api/v1/protocol/{door}")


def test_every_answer_has_a_type_and_every_error_an_example(document: Any) -> None:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            where = f"{method} {path}"
            assert operation["summary"], where
            assert "401" in operation["responses"] or path in OPEN, where
            for status, answer in operation["responses"].items():
                if status in ("304", "416"):
                    continue
                kinds = answer["content"].values()
                assert all(kind["schema"] for kind in kinds), where
                if int(status) >= 400:
                    assert all(kind["examples"] for kind in kinds), where


def test_each_address_is_described_once(document: Any) -> None:
    paths = list(document["paths"])
    assert len({path.rstrip("/") for path in paths}) == len(paths)
    assert "/api/v1/calls/{call_id}/transcript.{form}" in paths


def test_tokens_and_cookies_are_described(document: Any) -> None:
    assert document["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    assert {"token": []} in document["paths"]["/api/v1/me"]["get"]["security"]


@pytest.mark.django_db
def test_the_document_is_served(client: Client) -> None:
    assert client.get("/api/v1/schema/").status_code == 200
    answer = client.get("/api/v1/schema/", headers={"Accept": "application/json"})
    assert answer["Content-Type"].startswith("application/")


@pytest.mark.django_db
def test_the_page_needs_nothing_that_the_policy_forbids(client: Client) -> None:
    answer = client.get("/api/v1/docs/")
    assert answer.status_code == 200
    assert "unsafe" not in answer["Content-Security-Policy"]
    page = answer.content.decode()
    assert not re.search(r"<style|style=|<script(?![^>]*src=)|onclick=|https?://", page)
    script = client.get("/api/v1/docs/?script=")
    assert script["Content-Type"].startswith("application/javascript")
    assert "/api/v1/schema/" in script.content.decode()


PUBLIC = ("schema/", "docs/", "docs/?script=", "protocol/", "protocol/stream")


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was made, rendered or generated since: nothing is kept from before."""
    docs.document.cache_clear()
    docs._schema.cache_clear()
    docs._kept.clear()
    counted: list[str] = []

    def count(owner: Any, name: str) -> None:
        makes = getattr(owner, name)

        def counting(*given: Any, **named: Any) -> Any:
            counted.append(name)
            return makes(*given, **named)

        monkeypatch.setattr(owner, name, counting)

    count(SchemaGenerator, "get_schema")
    count(docs, "render_to_string")
    count(OpenApiYamlRenderer, "render")
    count(OpenApiJsonRenderer, "render")
    return counted


def test_a_stranger_who_asks_often_costs_nothing(client: Client, made: list[str]) -> None:
    """No database either: the test has none."""
    for _ in range(3):
        for query, status in (("", 200), ("?lang=de", 400), ("?version=3&x=1", 400)):
            assert client.get(f"/api/v1/schema/{query}").status_code == status
            assert client.get(f"/api/v1/docs/{query}").status_code == status
        assert client.get("/api/v1/schema/?format=json").status_code == 200
        assert client.get("/api/v1/docs/?script=").status_code == 200
    assert sorted(made) == ["get_schema", *["render"] * 2, *["render_to_string"] * 2]


def test_many_at_once_make_it_once(made: list[str]) -> None:
    threads = [Thread(target=Client().get, args=("/api/v1/schema/",)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(made) == ["get_schema", "render"]


@pytest.mark.parametrize("address", PUBLIC)
def test_what_a_client_has_is_not_sent_again(client: Client, address: str) -> None:
    first = client.get(f"/api/v1/{address}")
    assert first["Cache-Control"] == "public, no-cache"
    assert "Cookie" not in first.get("Vary", "")
    assert not first.cookies
    again = client.get(f"/api/v1/{address}", headers={"If-None-Match": f"W/{first['ETag']}"})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert again["Cache-Control"] == first["Cache-Control"]
    assert client.get(f"/api/v1/{address}", headers={"If-None-Match": '"x"'}).status_code == 200


def test_each_form_of_the_document_has_its_tag(client: Client) -> None:
    kinds = ("application/vnd.oai.openapi", "application/vnd.oai.openapi+json")
    answers = [client.get("/api/v1/schema/", headers={"Accept": kind}) for kind in kinds]
    assert [answer["Content-Type"].partition(";")[0] for answer in answers] == list(kinds)
    assert answers[0]["ETag"] != answers[1]["ETag"]
    assert all("Accept" in answer["Vary"] for answer in answers)


def test_a_door_that_is_none_may_not_be_kept(client: Client) -> None:
    answer = client.get("/api/v1/protocol/none")
    assert (answer.status_code, answer["Cache-Control"]) == (404, "private, no-store")
