"""What was searched for is marked in the list of calls."""

from django.contrib.auth.models import User
from django.test import Client

from tests.conftest import CallMaker
from tests.views.conftest import add_segment


def test_the_list_marks_each_word_where_most_of_them_stand(
    as_alice: Client, alice: User, make_call: CallMaker
) -> None:
    call, other = make_call(alice), make_call(alice)
    add_segment(call, 1, "The trees are green.")
    add_segment(call, 2, "We cut the old trees on friday.")
    add_segment(call, 3, "Nobody minds.")
    add_segment(other, 1, "Friday, then.")
    page = as_alice.get("/calls/", {"q": "friday trees nobody"}).content.decode()
    assert page.count('data-testid="call-row"') == 1
    assert "We cut the old <mark>trees</mark> on <mark>friday</mark>." in page
    assert "#segment-2" in page
    quoted = as_alice.get("/calls/", {"q": '"trees friday"'}).content.decode()
    assert 'data-testid="call-row"' not in quoted
