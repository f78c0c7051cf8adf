"""What holds on SQLite holds on PostgreSQL, where the two have differed."""

import pytest

from tests.fixtures.services import pass_on_postgres


@pytest.mark.services
@pytest.mark.long
@pytest.mark.timeout(400)
def test_what_differed_once_is_the_same_on_postgresql() -> None:
    """Times, orders, locks, numbers, searches, and changes by transactions side by side.

    All in one database: to make one takes longer than most of these tests.
    """
    pass_on_postgres(
        "tests/admin/test_lookups.py",
        "tests/api/test_given.py",
        "tests/services/test_changes.py",
        "tests/services/test_dashboard.py",
        "tests/services/test_extractions.py",
        "tests/services/test_heartbeats.py",
        "tests/services/test_search.py",
        "tests/services/test_search_index.py",
    )
