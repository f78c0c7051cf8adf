"""The admin's look: its index in our order, its colours from the site's tokens."""

import re
from pathlib import Path
from typing import Any

import django.contrib.admin
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.test import Client, RequestFactory

from voicesite import admin_site

VARIABLE = re.compile(r"^\s*(--[\w-]+):", re.MULTILINE)
TRANSLATED = re.compile(r'\{% translate "([^"]*)"[^%]*%\}')
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


def test_users_and_groups_are_named_as_on_the_start_page(root: Client) -> None:
    for path in ("/admin/auth/", "/admin/auth/user/", "/admin/auth/group/add/"):
        page = root.get(path).content.decode()
        assert "Authentication and Authorization" not in page
        crumbs = page[page.index('class="breadcrumbs"') :]
        assert "People and programs" in crumbs[: crumbs.index("</div>")]


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


PLAIN = {
    *("agent", "call", "erasurereceipt", "note", "recording", "reviewcomment", "savedview"),
    *("scorecard", "scorecardform", "sharelink", "turn", "webhookendpoint"),
}
"""Models whose own name is what people call them."""


def test_what_a_model_is_called_was_thought_of() -> None:
    """Django would call AccessLog "access log", and many of them "access logs"."""
    ours = apps.get_app_config("sessions_app").get_models()
    unnamed = {
        model._meta.model_name
        for model in ours
        if not {"verbose_name", "verbose_name_plural"} & set(model._meta.original_attrs)
    }
    assert unnamed <= PLAIN


def test_lists_and_their_filters_are_titled_by_what_they_are(root: Client) -> None:
    page = root.get("/admin/sessions_app/accesslog/").content.decode()
    assert "<h1>Accesses to calls</h1>" in page
    assert "<summary> When</summary>" in page
    assert "<h1>Users</h1>" in root.get("/admin/auth/user/").content.decode()
    agents = root.get("/admin/sessions_app/agent/").content.decode()
    assert "<summary> Active</summary>" in agents


BUTTON = re.compile(r'<(?:a|button|summary)[^>]*class="([^"]*\bbutton\b[^"]*)"[^>]*>([^<]*)')
DESTROYS = re.compile(r"^(Erase|Delete|Revoke|End the call|End it now|Hide the|Find and hide)")
FILLED = {"vs-primary", "button-primary"}
IN_RED = {"vs-danger", "button-danger", "button-remove"}


def buttons() -> dict[str, list[tuple[set[str], str]]]:
    """Returns classes and words of the buttons of each template."""
    folder = Path(settings.BASE_DIR) / "templates"
    return {
        str(path.relative_to(folder)): [
            (set(names.split()), words.strip())
            for names, words in BUTTON.findall(TRANSLATED.sub(r"\1", path.read_text()))
        ]
        for path in folder.rglob("*.html")
    }


def test_what_destroys_is_drawn_in_the_colour_of_danger_and_nothing_else_is() -> None:
    found = [
        (name, words, bool(DESTROYS.match(words)), bool(classes & IN_RED))
        for name, all_of in buttons().items()
        for classes, words in all_of
    ]
    assert [one for one in found if one[2] != one[3]] == []
    assert sum(one[2] for one in found) > 10


def test_a_page_of_the_admin_has_one_main_button() -> None:
    for name, all_of in buttons().items():
        if name.startswith("admin/"):
            strong = [words for classes, words in all_of if classes & (FILLED | {"vs-danger"})]
            assert len(strong) <= 1, (name, strong)
