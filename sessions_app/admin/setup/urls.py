"""The addresses of setting up, below /admin/setup/."""

from typing import Any

from django.contrib.admin import AdminSite
from django.urls import URLPattern, path

from sessions_app.admin.setup import trying, views


def patterns(site: AdminSite) -> list[URLPattern]:
    """Returns them for `site`, which asks for a sign-in first."""
    routes: tuple[tuple[str, Any, str], ...] = (
        ("setup/", views.begin, "setup"),
        ("setup/summary/", views.summary, "setup_summary"),
        ("setup/voice/say/", trying.say, "setup_say"),
        ("setup/voice/voices/", trying.voices, "setup_voices"),
        ("setup/<slug:name>/", views.step, "setup_step"),
        ("setup/<slug:name>/try/", trying.attempt, "setup_try"),
    )
    return [path(route, site.admin_view(view), name=name) for route, view, name in routes]
