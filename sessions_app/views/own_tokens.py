"""The page on which users make API tokens for their programs, and revoke them."""

from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from sessions_app.engine.text.cleaning import one_line
from sessions_app.i18n import gettext_lazy
from sessions_app.models import ApiToken, TokenScope
from sessions_app.services import access
from sessions_app.services.access import TOKEN_DAYS
from sessions_app.services.visible_texts import VisibleTexts
from sessions_app.views.accounts import CurrentPasswordForm

CONFLICT = 409
"""HTTP status."""

MOST_VALID = 50
"""Valid tokens of one user that they may make themselves; more than anybody keeps in order."""


class TokenForm(VisibleTexts, CurrentPasswordForm):
    """What a new token is for, what it is good for, and for how long."""

    name = forms.CharField(max_length=100, label=gettext_lazy("What it is for"))
    scopes = forms.MultipleChoiceField(
        choices=TokenScope.choices,
        initial=[TokenScope.READ],
        label=gettext_lazy("It may"),
        widget=forms.CheckboxSelectMultiple,
    )
    days = forms.ChoiceField(choices=TOKEN_DAYS, initial="90", label=gettext_lazy("Valid for"))

    field_order = ("name", "scopes", "days", "password")

    def clean_name(self) -> str:
        name = one_line(self.cleaned_data["name"])
        if not name:
            raise ValidationError(self.fields["name"].error_messages["required"], code="required")
        return name


@login_required
@sensitive_post_parameters("password")
@sensitive_variables("secret", "made")
@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """A user's tokens, and a form for another one, which is shown once."""
    _check_allowed()
    now, made = timezone.now(), ""
    mine = ApiToken.objects.filter(owner_id=request.user.pk)
    full = mine.filter(ApiToken.valid_at(now)).count() >= MOST_VALID
    form = TokenForm(request.user, request.POST or None)
    if request.method == "POST" and not full and form.is_valid():
        given = form.cleaned_data
        until = now + timedelta(days=int(given["days"]))
        _, made = access.issue_token(
            request.user, given["name"], scopes=given["scopes"], expires_at=until
        )
        form = TokenForm(request.user)
    context: dict[str, Any] = {
        "form": form,
        "made": made,
        "full": full,
        "tokens": [(token, token.is_valid(now)) for token in mine],
    }
    status = CONFLICT if request.method == "POST" and full else None
    return render(request, "registration/tokens.html", context, status=status)


@login_required
@require_POST
def revoke(request: HttpRequest, number: int) -> HttpResponse:
    """Ends one of the user's own tokens; programs that use it are refused from now on."""
    _check_allowed()
    access.revoke(get_object_or_404(ApiToken, owner_id=request.user.pk, pk=number))
    return redirect("own_tokens")


def _check_allowed() -> None:
    if not settings.VOICE["TOKENS_BY_USERS"]:
        raise Http404
