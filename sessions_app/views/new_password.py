"""What all forms have in common in which a new password is typed twice."""

from typing import Any

from django.utils.translation import gettext

from sessions_app.i18n import gettext_lazy

NOT_TWICE = {"password_mismatch": gettext_lazy("This does not match the new password above.")}
"""The error message of such a form, by its code."""


class NewPassword:
    """Before one of Django's forms: the words of the second field, and where errors stand."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        second = self.fields["new_password2"]  # type: ignore[attr-defined] # of the form
        second.label = gettext("New password again")
        second.help_text = gettext("Type it once more, to rule out a typing error.")

    def validate_password_for_user(self, user: Any, *_: Any, **__: Any) -> None:
        """Reports errors of the new password at its first field; Django's names the second."""
        super().validate_password_for_user(user, "new_password1")  # type: ignore[misc] # of the form
