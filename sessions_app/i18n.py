"""Texts that are made before anybody's language is known: labels of forms, names of models.

`gettext_lazy` here has the type of a text, which it is for templates, forms and f-strings. Where
the language is known, in a function that answers a request, Django's own `gettext` serves.
"""

from typing import cast

from django.utils.translation import gettext_lazy as _lazy


def gettext_lazy(message: str) -> str:
    """Returns `message` in the language of whoever it is shown to, found each time it is shown.

    It is no `str` to `isinstance`, and `str.join` refuses it: make it one by `str()` there.
    """
    return cast("str", _lazy(message))
