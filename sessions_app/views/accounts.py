"""A user's own account: signing in, and another password."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.views import LoginView, PasswordChangeDoneView, PasswordChangeView
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse, reverse_lazy
from django.views.decorators.debug import sensitive_variables

from sessions_app.views.signing_in import is_own_password


class OwnPasswordForm(PasswordChangeForm):
    """The password there is, and the new one twice.

    The present one is checked as sign-ins are: only so often, and one after another.
    """

    required_css_class = "required"
    error_messages = {
        **PasswordChangeForm.error_messages,
        "password_incorrect": "That is not your current password. Try again.",
        "password_mismatch": "This is not the same as the new password above.",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["old_password"].label = "Current password"
        self.fields["new_password2"].label = "New password again"
        self.fields["new_password2"].help_text = "Type it once more, to rule out a typing error."

    @sensitive_variables("password")
    def clean_old_password(self) -> str:
        password: str = self.cleaned_data["old_password"]
        if not is_own_password(self.user, password):
            message = self.error_messages["password_incorrect"]
            raise ValidationError(message, code="password_incorrect")
        return password


class SignIn(LoginView):
    """The sign-in page; only on an operator's own machine it says where the passwords are."""

    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(own_machine=not settings.PUBLIC_URL, **kwargs)


class Account(PasswordChangeView):
    """Who is signed in, and the form for another password; this browser stays signed in."""

    template_name = "registration/account.html"
    form_class = OwnPasswordForm
    success_url = reverse_lazy("password_changed")


class PasswordChanged(PasswordChangeDoneView):
    """Says that it is done, and what ended with it."""

    template_name = "registration/password_changed.html"


def desk_password(request: HttpRequest) -> HttpResponseBase:
    """The admin's own page for another password, with the same form."""
    view = PasswordChangeView.as_view(
        form_class=OwnPasswordForm,
        success_url=reverse("admin:password_change_done"),
        extra_context=admin.site.each_context(request),
    )
    return view(request)
