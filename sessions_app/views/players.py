"""The pages that have a player, by their names in the access log."""

import re

from django.http import HttpRequest

ON_THE_PAGE = "on the page"
IN_THE_ADMIN = "in the admin"
VERSION = re.compile(r"version-([0-9]{1,6})")


def page_of(request: HttpRequest) -> str:
    """Returns the page that `?on=` names: `page`, `admin` or `version-2`; empty if unknown."""
    on = request.GET.get("on", "")
    version = VERSION.fullmatch(on)
    if version:
        return f"version {version[1]} {IN_THE_ADMIN}"
    return {"page": ON_THE_PAGE, "admin": IN_THE_ADMIN}.get(on, "")
