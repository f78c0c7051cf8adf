"""The part of an agent's form that says who summarises its calls, and how."""

from django import forms
from django.utils.translation import gettext

from sessions_app.i18n import gettext_lazy
from sessions_app.runtime.settings import backend_names

LONGEST_TEMPLATE = 4000
"""Characters; a longer one would leave no room for the call."""


def summariser_names() -> list[tuple[str, str]]:
    """Returns the choices; "default" is what an empty choice means."""
    named = [name for name in backend_names("SUMMARISERS") if name != "default"]
    return [("", gettext("(the installation's choice)")), *((name, name) for name in named)]


class AgentSummaryFields(forms.Form):
    """Mixin for the agent's form."""

    summariser = forms.ChoiceField(
        choices=summariser_names,
        required=False,
        label=gettext_lazy("Summarised by"),
        help_text=gettext_lazy(
            "Writes the summaries of its calls. From VOICE['SUMMARISERS']. Empty for the "
            "model that the agent answers by, or the installation's default."
        ),
    )
    summary_template = forms.CharField(
        required=False,
        max_length=LONGEST_TEMPLATE,
        label=gettext_lazy("Wishes for summaries"),
        widget=forms.Textarea(attrs={"rows": 4, "cols": 60, "dir": "auto"}),
        help_text=gettext_lazy(
            "For a language model: what summaries should name, and how. For example: Begin "
            "with the order number. Name the complaint and what was promised."
        ),
    )
