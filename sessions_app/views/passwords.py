"""Passwords of people who cannot sign in: asking for a link by mail, and choosing one by a link."""

from django import forms
from django.contrib.auth import logout
from django.contrib.auth.forms import SetPasswordForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from sessions_app.engine.text.cleaning import one_line
from sessions_app.i18n import gettext_lazy
from sessions_app.models import LinkPurpose
from sessions_app.services import access, mail, password_links
from sessions_app.services.sign_ins import SignInRefusedError
from sessions_app.views.new_password import NOT_TWICE, NewPassword

NOT_FOUND, TOO_MANY = 404, 429
"""HTTP statuses."""


class ForgottenForm(forms.Form):
    """Whose password is forgotten."""

    account = forms.CharField(max_length=254, label=gettext_lazy("User name or e-mail address"))

    def clean_account(self) -> str:
        return one_line(self.cleaned_data["account"])


class ChosenPasswordForm(NewPassword, SetPasswordForm):  # type: ignore[type-arg] # in the stubs alone
    """A new password, twice."""

    error_messages = {**SetPasswordForm.error_messages, **NOT_TWICE}


@require_http_methods(["GET", "HEAD", "POST"])
def forgot(request: HttpRequest) -> HttpResponse:
    """Asks whose password is forgotten, where mail is set up; else says who can help.

    The answer is the same whether there is such an account or not.
    """
    sends, refused, wait_s = mail.is_set(), "", 0
    form = ForgottenForm(request.POST or None)
    if sends and request.method == "POST" and form.is_valid():
        try:
            password_links.ask(form.cleaned_data["account"], address_of(request))
        except SignInRefusedError as error:
            refused, wait_s = _come_back(error), error.wait_s
        else:
            return redirect("password_sent")
    context = {"form": form, "sends": sends, "refused": refused}
    status = TOO_MANY if refused else None
    response = render(request, "registration/forgot.html", context, status=status)
    if wait_s:
        response["Retry-After"] = str(wait_s)
    return response


@require_safe
def sent(request: HttpRequest) -> HttpResponse:
    """Says where to look for the link."""
    return render(request, "registration/sent.html")


@sensitive_post_parameters("new_password1", "new_password2")
@require_http_methods(["GET", "HEAD", "POST"])
def by_link(request: HttpRequest, secret: str) -> HttpResponse:
    """Lets the user of a link choose a password, once; then they sign in with it."""
    link = password_links.find(secret)
    if link is None:
        return _gone(request)
    form = ChosenPasswordForm(link.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        if not password_links.use(link, form.cleaned_data["new_password1"]):
            return _gone(request)
        logout(request)
        return redirect("password_done")
    context = {"form": form, "link": link, "invited": link.purpose == LinkPurpose.INVITATION}
    return render(request, "registration/choose.html", context)


@require_safe
def done(request: HttpRequest) -> HttpResponse:
    """Confirms the new password, and leads to the sign-in page."""
    return render(request, "registration/chosen.html")


def address_of(request: HttpRequest) -> str:
    """Returns the client's network address, as rate limits count it."""
    peer = str(request.META.get("REMOTE_ADDR") or "")
    return access.address_of(peer, request.headers.get("X-Forwarded-For", ""))


def _gone(request: HttpRequest) -> HttpResponse:
    context = {"sends": mail.is_set()}
    return render(request, "registration/link_gone.html", context, status=NOT_FOUND)


def _come_back(error: SignInRefusedError) -> str:
    minutes = -(-error.wait_s // 60)
    return ngettext(
        "Too many were asked for from here. Try again in {minutes} minute.",
        "Too many were asked for from here. Try again in {minutes} minutes.",
        minutes,
    ).format(minutes=minutes)
