"""Texts that are made before anybody's language is known: labels of forms, names of models.

`gettext_lazy` here has the type of a text, which it is for templates, forms and f-strings. Where
the language is known, in a function that answers a request, Django's own `gettext` serves.
"""

from typing import cast

from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _lazy

_BUILT_IN = frozenset(
    {
        gettext_noop("Transcribe only"),
        gettext_noop("Listens and writes down what is said. Says nothing."),
        gettext_noop("Listens and writes down what you say. Does not speak."),
        gettext_noop("Scribe"),
        gettext_noop("Takes notes and action items as you speak, and reads them back."),
    }
)
"""Names and descriptions of the agents that every installation starts with, as the database has
them: migrations 0002 and 0004, `services/calls.py`."""


def gettext_lazy(message: str) -> str:
    """Returns `message` in the language of whoever it is shown to, found each time it is shown.

    It is no `str` to `isinstance`, and `str.join` refuses it: make it one by `str()` there.
    """
    return cast("str", _lazy(message))


def of_agent(text: str) -> str:
    """Returns an agent's name or description in the reader's language, if it is a built-in one.

    What staff wrote is returned as it is. Only for pages: REST, exports and files have the names
    of the database.
    """
    return gettext(text) if text in _BUILT_IN else text
