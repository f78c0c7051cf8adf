"""Which language a page speaks, and how a reader chooses it."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import translation

from sessions_app.models import Call


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
    assert f'<h1 id="sign-in-title">{title}</h1>' in text
    assert ("js/languages/" in text) == (language != "en")
    assert page.headers["Content-Security-Policy"].count("script-src 'self'") == 1


@pytest.mark.django_db
def test_a_choice_is_kept_and_leads_back(client: Client, user: User, static_files: None) -> None:
    client.force_login(user)
    chosen = client.post("/language", {"language": "es", "next": "/calls/?q=hola"})
    assert chosen.headers["Location"] == "/calls/?q=hola"
    page = client.get("/calls/", headers={"accept-language": "de"}).content.decode()
    assert '<html lang="es" dir="ltr">' in page
    assert 'value="es" lang="es" aria-pressed="true">Español</button>' in page
    away = client.post("/language", {"language": "de", "next": "https://elsewhere.example/"})
    assert away.headers["Location"] == "/"
    client.post("/language", {"language": "tlh"})
    assert '<html lang="de"' in client.get("/calls/").content.decode()


@pytest.mark.django_db
def test_what_is_refused_is_said_in_the_readers_language(client: Client, user: User) -> None:
    client.force_login(user)
    answer = client.get("/api/v1/calls/nowhere/", headers={"accept-language": "de"}).json()
    assert answer["code"] == "not_found"


@pytest.mark.django_db
def test_names_and_dates_are_those_of_the_language(call: Call) -> None:
    from sessions_app.admin.display import moment

    english = moment(call.created_at)
    with translation.override("de"):
        german = moment(call.created_at)
        assert str(Call._meta.get_field("door").flatchoices[2][1]) == "HTTP-Angebot"
    assert english == f"{call.created_at:%Y-%m-%d %H:%M}"
    assert german == f"{call.created_at:%d.%m.%Y %H:%M}"
