"""Every text of the site is in its catalogues, and both languages have all of them."""

import gettext
import json
import re
from pathlib import Path

import pytest

from deploy.messages import LANGUAGES, LOCALE, SCRIPTS, script_of
from tests.fixtures.catalogues import CONTEXT, texts
from tests.fixtures.server import ROOT

DOMAINS = [(language, domain) for language in LANGUAGES for domain in ("django", "djangojs")]
PLACEHOLDERS = re.compile(
    r"%\(\w+\)s|\{\w*\}|%%|<[^>]+>|[A-Z]+_[A-Z_]+|https?://(?:[\w:]+(?:\.\w+)*)?"
)
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SCRIPT_FILES = [
    *(ROOT / "static" / "js").glob("*.js"),
    *(ROOT / "static" / "admin-voicesite").glob("*.js"),
]
NO_TEXT = {"voicesite", "ogg", "csv", "zip", "ms", "name", "Authorization", "Bearer", "MB"}
"""Words of templates that are the same in every language, or no words at all."""


def compiled(language: str, domain: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / f"{domain}.mo"


@pytest.mark.parametrize(("language", "domain"), DOMAINS)
def test_a_language_is_whole(language: str, domain: str) -> None:
    entries = texts(compiled(language, domain).with_suffix(".po"))
    assert len(entries) > 100
    assert [one.key for one in entries if one.fuzzy or not all(one.found.values())] == []
    assert [one.key for one in entries if one.plural and len(one.found) != 2] == []


@pytest.mark.parametrize(("language", "domain"), DOMAINS)
def test_a_translation_keeps_what_stands_for_something(language: str, domain: str) -> None:
    wrong = []
    for one in texts(compiled(language, domain).with_suffix(".po")):
        for form, text in one.found.items():
            source = one.plural if form and one.plural else one.key
            if sorted(PLACEHOLDERS.findall(source)) != sorted(PLACEHOLDERS.findall(text)):
                wrong.append(one.key)
            if source.strip() != source and text.strip() == text:
                wrong.append(one.key)
    assert wrong == []


@pytest.mark.parametrize(("language", "domain"), DOMAINS)
def test_what_is_read_is_what_is_written(language: str, domain: str) -> None:
    """`make messages` compiles: a .po file that was changed by hand would be read by nobody."""
    written = {}
    for one in texts(compiled(language, domain).with_suffix(".po")):
        key = f"{one.context}{CONTEXT}{one.key}" if one.context else one.key
        for form, text in one.found.items():
            written[(key, form) if one.plural else key] = text
    with compiled(language, domain).open("rb") as file:
        catalogue = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    assert {key: text for key, text in catalogue.items() if key} == written


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_load_the_catalogue_as_it_is(language: str) -> None:
    script = (SCRIPTS / f"{language}.js").read_text(encoding="utf-8")
    assert script == script_of(compiled(language, "djangojs"))
    assert "</" not in json.dumps(script)


def bare_words(template: str) -> list[str]:
    """Returns the words of a template that no tag translates."""
    text = re.sub(r"\{#.*?#\}|\{% comment.*?endcomment %\}|<!.*?>", " ", template, flags=re.S)
    text = re.sub(r"\{% blocktranslate.*?endblocktranslate %\}", " ", text, flags=re.S)
    text = re.sub(r"\{% block (?:body_class|main_class|code|css|js) %\}.*?\{% endblock", " ", text)
    shown = re.findall(
        r'(?<![\w-])(?:aria-label|title|placeholder|alt)="((?:\{%.*?%\}|\{\{.*?\}\}|[^"])*)"', text
    )
    text = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", " ", text, flags=re.S)
    text = re.sub(r"<(style|script|pre|code|symbol)\b.*?</\1>", " ", text, flags=re.S)
    text = re.sub(r"<[^>]*>|&\w+;", " ", text)
    attributes = " ".join(re.sub(r"\{%.*?%\}|\{\{.*?\}\}", " ", one) for one in shown)
    words = re.findall(r"[A-Za-z]{2,}", f"{text} {attributes}")
    return [word for word in words if word not in NO_TEXT]


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: file.name)
def test_a_template_has_no_text_that_is_not_translated(file: Path) -> None:
    assert bare_words(file.read_text()) == []


def test_bare_words_are_found() -> None:
    assert bare_words('<p title="Go on">{% translate "Yes" %} or {{ no }}</p>') == [
        "or",
        "Go",
        "on",
    ]


SENTENCE = re.compile(
    r"(\w*\(|[\w.]+ = |)"  # what stands before the text
    r'(?:"((?:[A-Z(][\w\']*|\$\{\w+\}) [a-z][^"\n]*)"|`([^`\n]*[a-z] [a-z]{2,}[^`\n]*)`)'
)
NOT_SHOWN = re.compile(r"Error\($|\bclassName = $|querySelector|closest|matchMedia|cookie")


def bare_sentences(script: str) -> list[str]:
    """Returns the texts of a script that look like words for people and are not looked up."""
    code = re.sub(r"(?m)(?<![:\"'])//.*$", " ", re.sub(r"/\*.*?\*/", " ", script, flags=re.S))
    found = []
    for match in SENTENCE.finditer(code):
        before, plain, template = match.groups()
        text = plain or re.sub(r"\$\{.*?\}", " ", template)
        if re.search(r"gettext\($", before) or NOT_SHOWN.search(before):
            continue
        if plain and "gettext(" in code[max(0, match.start() - 160) : match.start()].split(";")[-1]:
            continue  # the second form of an ngettext
        if plain or re.search(r"^[A-Z ].*[a-z]{3,} [a-z]{2,}.*[.?!]$", text.strip()):
            found.append(text)
    return found


@pytest.mark.parametrize("file", SCRIPT_FILES, ids=lambda file: file.name)
def test_a_script_looks_up_what_it_says(file: Path) -> None:
    assert bare_sentences(file.read_text()) == []


def test_bare_sentences_are_found() -> None:
    assert bare_sentences('say("The call has ended."); say(gettext("All is well."));') == [
        "The call has ended."
    ]
