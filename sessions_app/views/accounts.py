"""A user's own account: signing in, changing the password, and signing out everywhere."""

from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.models import User
from django.contrib.auth.views import LoginView, PasswordChangeDoneView, PasswordChangeView
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve, reverse, reverse_lazy
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from sessions_app.i18n import gettext_lazy
from sessions_app.services import access, archives, installation, sign_in_list
from sessions_app.views.new_password import NOT_TWICE, NewPassword
from sessions_app.views.signing_in import SIGN_IN_KEY, is_own_password

PAGES = {
    "start": gettext_lazy("the start page"),
    "call": gettext_lazy("the call page"),
    "calls": gettext_lazy("your calls"),
    "call_detail": gettext_lazy("this call"),
    "recording": gettext_lazy("this recording"),
    "account": gettext_lazy("your account"),
    "own_tokens": gettext_lazy("your API tokens"),
    "admin": gettext_lazy("the admin"),
    "api": gettext_lazy("the API documentation"),
}
"""Display names of pages, by URL name or namespace."""


NOT_CURRENT = gettext_lazy("That is not your current password. Try again.")
WRONG = {"password_incorrect": NOT_CURRENT, **NOT_TWICE}


class OwnPasswordForm(NewPassword, PasswordChangeForm):
    """The current password, and the new one twice.

    The current one is checked like a sign-in: rate-limited, and one after another.
    """

    required_css_class = "required"
    error_messages = {**PasswordChangeForm.error_messages, **WRONG}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["old_password"].label = gettext("Current password")

    def save(self, commit: bool = True) -> Any:
        """Sets the password, and nothing else of the user; raises PasswordChangedError."""
        set_own_password(self.user, self.cleaned_data["new_password1"])
        return self.user

    @sensitive_variables("password")
    def clean_old_password(self) -> str:
        password: str = self.cleaned_data["old_password"]
        if not is_own_password(self.user, password):
            message = self.error_messages["password_incorrect"]
            raise ValidationError(message, code="password_incorrect")
        return password


class PasswordChangedError(Exception):
    """The user has another password by now than the one that was checked."""


@sensitive_variables("password")
def set_own_password(user: Any, password: str | None) -> None:
    """Sets the password of `user`, whose current one was checked; None makes an unusable one.

    Hashing waits in a queue. Who got another password meanwhile, or was deactivated, keeps that:
    then it raises PasswordChangedError.
    """
    checked = user.password
    user.set_password(password)
    same = User.objects.filter(pk=user.pk, password=checked, is_active=True)
    if not same.update(password=user.password):
        raise PasswordChangedError


class CurrentPasswordForm(forms.Form):
    """Asks for the current password again: the browser may be unattended.

    It is checked like a sign-in. Users who have none are not asked.
    """

    password = forms.CharField(
        strip=False,
        label=gettext_lazy("Current password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, user: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        if not user.has_usable_password():
            del self.fields["password"]

    @sensitive_variables("password")
    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        if not is_own_password(self.user, password):
            raise ValidationError(NOT_CURRENT, code="password_incorrect")
        return password


class SignOutForm(CurrentPasswordForm):
    """What signing out everywhere ends beside sessions."""

    tokens = forms.BooleanField(required=False, label=gettext_lazy("Revoke all my API tokens, too"))


class SignInPage(LoginView):
    """The sign-in page; it names the page it leads to.

    Only on an operator's own machine does it say where the passwords are.
    """

    redirect_authenticated_user = True

    def get_success_url(self) -> str:
        """Leads operators of an installation that was never set up there, unless they go on to a
        page of their own choice.
        """
        leads_to = super().get_success_url()
        at_home = leads_to in (reverse("start"), reverse("admin:index"))
        due = at_home and self.request.method == "POST" and installation.is_due(self.request.user)
        return reverse("admin:setup") if due else leads_to

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        leads_to = page_at(self.get_redirect_url())
        own_machine = not settings.PUBLIC_URL
        return super().get_context_data(own_machine=own_machine, leads_to=leads_to, **kwargs)


def page_at(address: str) -> str:
    """Returns the display name of the page at `address`; empty for one without a name."""
    try:
        found = resolve(urlsplit(address).path)
    except (Resolver404, ValueError):
        return ""
    name = found.namespaces[0] if found.namespaces else found.url_name
    return PAGES.get(name or "", "")


class OwnPassword(PasswordChangeView):
    """A page to change the own password; this browser stays signed in.

    One whose password was changed elsewhere meanwhile is signed out, as by that change.
    """

    form_class = OwnPasswordForm

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            return super().form_valid(form)
        except PasswordChangedError:
            logout(self.request)
            return redirect("login")


class Account(OwnPassword):
    """The account page, with that form."""

    template_name = "registration/account.html"
    success_url = reverse_lazy("password_changed")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        days = settings.VOICE["EXPORT_KEEP_DAYS"]
        own = archives.newest_own(self.request.user)
        about = {
            "sign_ins": sign_in_list.of(self.request.user),
            "this_sign_in": self.request.session.get(SIGN_IN_KEY),
            "tokens_by_users": settings.VOICE["TOKENS_BY_USERS"],
        }
        return super().get_context_data(my_export=own, export_days=days, **about, **kwargs)


class PasswordChanged(PasswordChangeDoneView):
    """Confirms the new password, and says what it ended."""

    template_name = "registration/password_changed.html"


@login_required
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_out_everywhere(request: HttpRequest) -> HttpResponse:
    """Ends all sessions of the user, this one too, and the calls that came by them.

    The same password with another salt does it: no session holds with it that began before.
    """
    form = SignOutForm(request.user, request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "registration/sign_out.html", {"form": form})
    # another unusable one for who has none; another password meanwhile has ended all sessions, too
    with suppress(PasswordChangedError):
        set_own_password(request.user, form.cleaned_data.get("password"))
    if form.cleaned_data["tokens"]:
        access.revoke_tokens_of(request.user)
    logout(request)
    return redirect("login")


def desk_password(request: HttpRequest) -> HttpResponseBase:
    """The admin's page to change the password, with the same form."""
    view = OwnPassword.as_view(
        success_url=reverse("admin:password_change_done"),
        extra_context=admin.site.each_context(request),
    )
    return view(request)
