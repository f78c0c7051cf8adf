"""The tests of searches, on PostgreSQL."""

import pytest

from tests.fixtures.services import pass_on_postgres


@pytest.mark.services
def test_searches_find_the_same_on_postgresql() -> None:
    pass_on_postgres("tests/services/test_search.py", "tests/services/test_search_index.py")
