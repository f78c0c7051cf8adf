"""Which language a page speaks, and how a reader chooses it."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import translation

from sessions_app.admin.display import moment
from sessions_app.models import Agent
from sessions_app.models.call import Door


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    """A request sets its thread's language, which the next test would have."""
    translation.activate("en")
    yield
    translation.activate("en")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("wanted", "language", "title"),
    [
        ("", "en", "Sign in"),
        ("de-AT,de;q=0.9,en;q=0.5", "de", "Anmelden"),
        ("es-MX", "es", "Iniciar sesión"),
        ("fr,ar", "en", "Sign in"),
    ],
)
def test_the_browsers_languages_count(
    client: Client, static_files: None, wanted: str, language: str, title: str
) -> None:
    page = client.get("/login/", headers={"accept-language": wanted})
    text = page.content.decode()
    assert f'<html lang="{language}" dir="ltr">' in text
    assert f'<h1 id="plain-title">{title}</h1>' in text
    assert ("js/languages/" in text) == (language != "en")
    assert page.headers["Content-Security-Policy"].count("script-src 'self'") == 1


@pytest.mark.django_db
def test_a_choice_is_kept_and_leads_back(client: Client, static_files: None) -> None:
    client.force_login(User.objects.create_user("reader"))
    chosen = client.post("/language", {"language": "es", "next": "/calls/?q=hola"})
    assert chosen.headers["Location"] == "/calls/?q=hola"
    page = client.get("/calls/", headers={"accept-language": "de"}).content.decode()
    assert '<html lang="es" dir="ltr">' in page
    assert 'value="es" lang="es" aria-pressed="true">Español</button>' in page
    away = client.post("/language", {"language": "de", "next": "https://elsewhere.example/"})
    assert away.headers["Location"] == "/"
    client.post("/language", {"language": "tlh"})
    assert '<html lang="de"' in client.get("/calls/").content.decode()


def test_names_and_dates_are_those_of_the_language() -> None:
    at = datetime(2026, 11, 30, 8, 40, tzinfo=UTC)
    assert (moment(at), str(Door.OFFER.label)) == ("2026-11-30 08:40", "HTTP offer")
    with translation.override("de"):
        assert (moment(at), str(Door.OFFER.label)) == ("30.11.2026 08:40", "HTTP-Angebot")


BUILT_IN = {
    "en": ("Scribe", "Listens and writes down what is said. Says nothing."),
    "de": ("Schreiber", "Hört zu und schreibt auf, was gesagt wird. Sagt selbst nichts."),
    "es": ("Escriba", "Escucha y anota lo que se dice. No dice nada."),
}


@pytest.mark.django_db
@pytest.mark.parametrize("language", sorted(BUILT_IN))
def test_the_agents_of_the_first_day_are_told_in_the_language(
    client: Client, static_files: None, language: str
) -> None:
    Agent.objects.update_or_create(slug="scribe", defaults={"name": "Scribe"})
    first = {"name": "Transcribe only", "description": BUILT_IN["en"][1]}
    Agent.objects.update_or_create(slug="transcribe-only", defaults=first)
    Agent.objects.create(slug="own", name="Scribe of ours", description="Takes notes")
    client.force_login(User.objects.create_superuser("reader"))
    headers = {"accept-language": language}
    page = client.get("/", headers=headers).content.decode()
    for words in (*BUILT_IN[language], "Scribe of ours", "Takes notes"):
        assert f'dir="auto">{words}</span>' in page
    listed = client.get("/admin/sessions_app/agent/", headers=headers).content.decode()
    assert f">{BUILT_IN[language][0]}</a>" in listed
    told = client.get("/api/v1/agents/", headers=headers).json()
    rows = told["results"] if isinstance(told, dict) else told
    assert "Scribe" in [row["name"] for row in rows]
    assert Agent.objects.get(slug="scribe").name == "Scribe"
