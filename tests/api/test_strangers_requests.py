"""Requests that schemathesis makes up from the OpenAPI document: each answer must be one of it."""

import functools
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.contrib.auth.models import User
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from sessions_app.models import Call
from sessions_app.services import access
from tests.api.conftest import end, openapi, say
from tests.conftest import CallMaker
from tests.static_files import static_files  # noqa: F401 - a fixture

pytestmark = pytest.mark.timeout(300)


loaded = functools.cache(get_wsgi_application)


def application(environ: Any, start_response: Any) -> Any:
    """The product, which is not loaded until the first request: static files are the test's."""
    return loaded()(environ, start_response)


schema = schemathesis.openapi.from_dict(openapi())
schema.app = application
schema.config.update(base_url="http://localhost")

EMPTY = "an empty parameter of a query is none, as forms send it"
CLEANED = "a text is measured without spaces at its ends, and without control characters"
EXCLUDED = {
    ("PATCH", "/api/v1/calls/{call_id}/"): ([negative_data_rejection], CLEANED),
    ("PATCH", "/api/v1/calls/{call_id}/segments/{seq}"): ([negative_data_rejection], CLEANED),
    ("GET", "/api/v1/calls/"): (
        [positive_data_acceptance, negative_data_rejection],
        f"no schema says which texts are a cursor, and that it goes with no page; {EMPTY}",
    ),
    ("GET", "/api/v1/calls.csv"): (
        [positive_data_acceptance, negative_data_rejection],
        f"no schema says which agents there are; {EMPTY}",
    ),
    ("GET", "/api/v1/changes/"): (
        [positive_data_acceptance, negative_data_rejection],
        f"no schema says which texts are a cursor; {EMPTY}",
    ),
    ("GET", "/api/v1/calls/{call_id}/comments"): ([negative_data_rejection], EMPTY),
    ("GET", "/api/v1/calls/{call_id}/segments"): ([negative_data_rejection], EMPTY),
    ("POST", "/api/v1/tickets"): (
        [positive_data_acceptance],
        "no schema says which agents there are",
    ),
    ("POST", "/api/v1/calls/{call_id}/comments"): (
        [positive_data_acceptance],
        "a comment has a place, or answers one",
    ),
    ("PATCH", "/api/v1/calls/{call_id}/extraction"): (
        [positive_data_acceptance],
        "no schema says which values an agent asks for",
    ),
    ("POST", "/api/v1/calls/{call_id}/redactions"): (
        [positive_data_acceptance],
        "words or patterns are given, and which words there are is known of the call",
    ),
    ("POST", "/api/v1/exports/"): (
        [positive_data_acceptance],
        "no schema says which users there are",
    ),
    ("GET", "/api/v1/scorecards.csv"): (
        [positive_data_acceptance],
        "no schema says which forms there are",
    ),
    ("PUT", "/api/v1/calls/{call_id}/tags"): (
        [positive_data_acceptance],
        "a tag is measured when it is cleaned, and has no comma",
    ),
    ("POST", "/api/v1/reviews/next"): (
        [positive_data_acceptance],
        "no schema says which agents there are",
    ),
    ("POST", "/api/v1/saved-views/"): (
        [positive_data_acceptance],
        "no schema says which filters a query may hold",
    ),
    ("POST", "/api/v1/calls/{call_id}/links"): (
        [positive_data_acceptance],
        "no schema says which times are to come",
    ),
    ("POST", "/api/v1/calls/{call_id}/versions"): (
        [positive_data_acceptance],
        "no schema says which recognisers there are",
    ),
}
"""Checks that do not hold for an address, and why; that the answer is one of the document does."""


@pytest.fixture
def one_transaction() -> Iterator[None]:
    """Requests leave the connection to the database open: it is in the test's transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def signed(staff: User, make_call: CallMaker, one_transaction: None) -> dict[str, str]:
    """The header of staff who may do everything, who have the call "known"."""
    call = make_call(staff)
    say(call, "good morning", "hello")
    end(call)
    Call.objects.filter(pk=call.pk).update(public_id="known")
    _, secret = access.issue_token(staff, "test")
    return {"Authorization": f"Bearer {secret}"}


@schema.parametrize()
@settings(max_examples=5, derandomize=True, suppress_health_check=list(HealthCheck))
@pytest.mark.django_db
def test_every_answer_is_one_of_the_document(case: Any, signed: dict[str, str]) -> None:
    if len(case.path_parameters.get("call_id", "")) % 2:  # of the others there is none
        case.path_parameters["call_id"] = "known"
    checks, _ = EXCLUDED.get((case.method, case.operation.path), ([], ""))
    case.call_and_validate(headers=signed, excluded_checks=checks)
