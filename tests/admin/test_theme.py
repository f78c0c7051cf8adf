"""The admin's look: its index in our order, its colours from the site's tokens."""

import re
from pathlib import Path
from typing import Any

import django.contrib.admin
from django.conf import settings
from django.contrib import admin
from django.test import Client, RequestFactory

from voicesite import admin_site

VARIABLE = re.compile(r"^\s*(--[\w-]+):", re.MULTILINE)
SHEET = re.compile(r'rel="stylesheet" href="/static/([^"]+)"')


def sheet(name: str) -> str:
    return (Path(settings.BASE_DIR) / "static" / name).read_text()


def listed(user: Any) -> dict[str, list[str]]:
    request = RequestFactory().get("/admin/")
    request.user = user
    return {
        group["name"]: [model["object_name"] for model in group["models"]]
        for group in admin.site.get_app_list(request)
    }


def test_what_staff_use_daily_stands_first(django_user_model: Any, db: None) -> None:
    groups = listed(django_user_model.objects.create_superuser("root"))
    assert groups == {title: list(names) for title, names in admin_site.GROUPS}
    assert next(iter(groups["Calls"])) == "Call"


def test_what_has_no_group_is_last(
    monkeypatch: Any, django_user_model: Any, db: None, root: Client
) -> None:
    monkeypatch.setattr(admin_site, "GROUPS", admin_site.GROUPS[:1])
    monkeypatch.setattr(admin_site, "ORDER", ["Call", "Archive", "ShareLink"])
    groups = listed(django_user_model.objects.get(username="root"))
    assert list(groups) == ["Calls", admin_site.REST]
    assert "Agent" in groups[admin_site.REST]
    app = root.get("/admin/sessions_app/").content.decode()
    assert app.index("Exports</a>") < app.index("API tokens</a>")


def test_nobody_is_shown_what_they_may_not_see(looking: Client) -> None:
    page = looking.get("/admin/").content.decode()
    assert 'href="/admin/sessions_app/call/"' in page
    assert "What was done" not in page


def test_every_colour_of_djangos_is_one_of_the_sites() -> None:
    """A colour that another Django adds would stand out, in one scheme at least."""
    base = Path(django.contrib.admin.__file__).parent / "static/admin/css/base.css"
    theme = sheet("admin-voicesite/theme.css")
    ours = set(VARIABLE.findall(theme))
    assert set(VARIABLE.findall(base.read_text())) <= ours
    tokens = set(VARIABLE.findall(sheet("css/tokens.css")))
    used = set(re.findall(r"var\((--[\w-]+)\)", theme))
    assert used <= tokens | ours


def test_the_theme_is_the_last_sheet(root: Client) -> None:
    for address in ("/admin/", "/admin/sessions_app/call/", "/admin/auth/user/add/"):
        page = root.get(address).content.decode()
        assert SHEET.findall(page)[-1] == "admin-voicesite/theme.css", address
        assert '<a href="/calls/">Calls</a>' in page
