"""Makes a link that sets a password, for the pages of a product that is looked at."""

from datetime import timedelta
from typing import Any


def a_link(user: Any) -> str:
    """Returns the secret of an open invitation of `user`."""
    from django.utils import timezone

    from sessions_app.models import LinkPurpose
    from sessions_app.services import password_links

    until = timezone.now() + timedelta(days=7)
    return password_links.make(user, LinkPurpose.INVITATION, until, made_by=user)[1]
