"""The OpenAPI document and its page."""

import io
import re
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

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
