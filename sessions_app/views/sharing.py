"""The page on which a call is shared by links, and links are revoked."""

from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.contrib.auth.password_validation import validate_password
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from sessions_app.engine.core.errors import UnknownCallError, VoiceError
from sessions_app.engine.text.cleaning import one_line
from sessions_app.i18n import gettext_lazy
from sessions_app.models import Call, ShareLink
from sessions_app.services import access, sharing
from sessions_app.services.sharing import ShareWish
from sessions_app.services.visible_texts import VisibleTexts

CONFLICT = 409
"""HTTP status."""

SHOWN_LOOKS = 20
"""Visits of a link that the page lists, the newest first."""

DAYS = [
    ("1", gettext_lazy("One day")),
    ("7", gettext_lazy("A week")),
    ("30", gettext_lazy("30 days")),
    ("90", gettext_lazy("90 days")),
]


class ShareForm(VisibleTexts, forms.Form):
    """What a new link shows, to whom, and for how long."""

    note = forms.CharField(
        required=False, max_length=100, label=gettext_lazy("Whom it is for (only you see it)")
    )
    days = forms.ChoiceField(choices=DAYS, initial="7", label=gettext_lazy("Works for"))
    with_audio = forms.BooleanField(required=False, label=gettext_lazy("With the recording"))
    with_summary = forms.BooleanField(required=False, label=gettext_lazy("With the summary"))
    password = forms.CharField(
        required=False,
        max_length=128,
        strip=False,
        label=gettext_lazy("Password (optional)"),
        help_text=gettext_lazy("Tell it in another way than the link. It is not shown again."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_note(self) -> str:
        return one_line(self.cleaned_data["note"])

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        if password:
            validate_password(password)
        return password

    def wish(self) -> ShareWish:
        """Returns what is asked for; needs `is_valid()` to have been true."""
        data = self.cleaned_data
        return ShareWish(
            expires_at=timezone.now() + timedelta(days=int(data["days"])),
            with_audio=data["with_audio"],
            with_summary=data["with_summary"],
            password=data["password"],
            note=data["note"],
        )


@login_required
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def share(request: HttpRequest, public_id: str) -> HttpResponse:
    """A call's links with who looked, and a form for another one, whose address is shown once."""
    found = _sharable(request, public_id)
    refused, made = sharing.why_not(found), ""
    form = ShareForm(request.POST or None)
    if request.method == "POST" and refused is None and form.is_valid():
        try:
            _, secret = sharing.share(found, request.user, form.wish())
            made, form = address_of(request, secret), ShareForm()
        except VoiceError as error:
            refused = error
    context = {
        "call": found,
        "form": form,
        "made": made,
        "refused": refused.message if refused else "",
        "links": [(link, *_state(link), _looks(link)) for link in sharing.links_of(found)],
    }
    status = CONFLICT if request.method == "POST" and refused else None
    return render(request, "pages/share.html", context, status=status)


@login_required
@require_POST
def revoke(request: HttpRequest, public_id: str, link: int) -> HttpResponse:
    """Ends one of a call's links."""
    found = _sharable(request, public_id)
    sharing.revoke(get_object_or_404(ShareLink, call=found, pk=link), request.user)
    return redirect("share", public_id)


def address_of(request: HttpRequest, secret: str) -> str:
    """Returns the whole address of a link."""
    path = reverse("shared", args=[secret])
    return settings.PUBLIC_URL + path if settings.PUBLIC_URL else request.build_absolute_uri(path)


def _sharable(request: HttpRequest, public_id: str) -> Call:
    try:
        found = access.call_for(request.user, public_id)
    except UnknownCallError as error:
        raise Http404(error.message) from error
    if not sharing.may_share(request.user, found):
        raise Http404
    return found


def _state(link: ShareLink) -> tuple[bool, str]:
    """Returns whether a link works, as far as it is up to the link itself, and its state."""
    if link.revoked_at is not None:
        return False, gettext("Revoked")
    valid = link.expires_at > timezone.now()
    return valid, gettext("Valid") if valid else gettext("Expired")


def _looks(link: ShareLink) -> list[Any]:
    return list(sharing.looks_of(link)[:SHOWN_LOOKS])
