"""The fields of an agent's form that say what is hidden in its calls."""

from typing import Any

from django import forms

from sessions_app.engine.redaction.detectors.own_patterns import BadPatternError, compiled
from sessions_app.engine.redaction.detectors.registry import KINDS
from sessions_app.i18n import gettext_lazy

FIELDS = ("redact_kinds", "redact_patterns", "redact_keep_original")

LABELS = {
    "redact_kinds": gettext_lazy("Hide"),
    "redact_patterns": gettext_lazy("Hide what matches"),
    "redact_keep_original": gettext_lazy("Keep the original"),
    "kinds": gettext_lazy("Hidden"),
    "patterns": gettext_lazy("Hidden patterns"),
    "keep_original": gettext_lazy("Original kept"),
}

HELP = {
    "redact_patterns": gettext_lazy(
        "Own regular expressions (RE2), one per line, with a name if you like: "
        "customer number: K-\\d{6}. Spoken digits count as figures."
    ),
    "redact_keep_original": gettext_lazy(
        "Keep what was said, for staff with the permission to read what is "
        "hidden. Unticked, it is never stored."
    ),
}

SECTION: tuple[str, Any] = (
    gettext_lazy("Redaction"),
    {
        "fields": FIELDS,
        "description": gettext_lazy(
            "Hidden before anything is stored or shown; the agent itself hears all. "
            "Counts for calls that begin from now on."
        ),
        "classes": ("collapse",),
    },
)


def kinds_field() -> forms.MultipleChoiceField:
    """Returns the field of the kinds that are hidden."""
    return forms.MultipleChoiceField(
        choices=[(name, kind.name) for name, kind in KINDS.items()],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        label=LABELS["redact_kinds"],
    )


def checked_patterns(text: str) -> str:
    """Returns an agent's own patterns; raises ValidationError that says which one is wrong."""
    try:
        compiled(text.splitlines())
    except BadPatternError as error:
        raise forms.ValidationError(error.message) from error
    return text
