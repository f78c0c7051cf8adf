"""Invitations: an account with roles, and the link that sets its password, shown once."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.models import Group, User
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from sessions_app.admin.base import CleanForm, VoiceAdmin
from sessions_app.admin.display import badge, moment, related
from sessions_app.engine.core.errors import VoiceError
from sessions_app.i18n import gettext_lazy
from sessions_app.models import LinkPurpose, PasswordLink
from sessions_app.models.work import WorkState
from sessions_app.services import invitations, mail, password_links
from sessions_app.services.password_mail import Unsent

NAME_CHARS = 150
"""Characters of a user name, as Django's model has them."""

DAYS = [
    ("1", gettext_lazy("One day")),
    ("3", gettext_lazy("Three days")),
    ("7", gettext_lazy("A week")),
    ("30", gettext_lazy("30 days")),
]
UNSENT = {
    Unsent.ENDED: gettext_lazy("Not sent: the link had ended"),
    Unsent.MAIL_OFF: gettext_lazy("Not sent: mail was turned off"),
    Unsent.OTHER_KEY: gettext_lazy("Not sent: SECRET_KEY has changed"),
}
RENEWED_DAYS = 7
"""How many days a new link in place of another works, as most first ones do."""


class InviteForm(CleanForm[PasswordLink]):
    """Whom to invite, with which roles."""

    by: Any = None
    """Whoever invites; set on the class that each request gets."""

    username = forms.CharField(
        max_length=NAME_CHARS,
        validators=[UnicodeUsernameValidator()],
        label=gettext_lazy("User name"),
    )
    email = forms.EmailField(required=False, label=gettext_lazy("E-mail address"))
    groups = forms.ModelMultipleChoiceField(
        queryset=Group.objects.none(),
        required=False,
        label=gettext_lazy("Roles"),
        help_text=gettext_lazy(
            "Without a role it is a user who places calls and sees their own. "
            "You can give the rights that you have yourself."
        ),
        widget=forms.CheckboxSelectMultiple,
    )
    days = forms.ChoiceField(choices=DAYS, initial="7", label=gettext_lazy("The link works for"))
    send = forms.BooleanField(
        required=False,
        initial=True,
        label=gettext_lazy("Send the link by mail"),
        help_text=gettext_lazy("You are shown it in any case, once."),
    )

    class Meta:
        model = PasswordLink
        fields = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups: Any = self.fields["groups"]
        groups.queryset = invitations.groups_for(self.by)
        if not mail.is_set():
            del self.fields["send"]

    def clean_username(self) -> str:
        name: str = User.normalize_username(self.cleaned_data["username"])
        if User.objects.filter(username__iexact=name).exists():
            raise ValidationError(gettext("There is a user of that name already."))
        return name

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if given.get("send") and not given.get("email") and "email" not in self.errors:
            told = gettext("Give an address, or do not send the link by mail.")
            self.add_error("email", told)
        return given

    def wish(self) -> invitations.Wish:
        """Returns what is asked for; needs `is_valid()` to have been true."""
        given = self.cleaned_data
        return invitations.Wish(
            username=given["username"],
            email=given["email"],
            groups=tuple(given["groups"]),
            days=int(given["days"]),
            by_mail=bool(given.get("send")),
        )


@admin.register(PasswordLink)
class InvitationAdmin(VoiceAdmin[PasswordLink]):
    """Staff invite; the address of an invitation is shown once, and works once."""

    form = InviteForm
    list_display = ("invited", "made_by", "made", "expires", "status", "mailed")
    list_filter = ("created_at", "expires_at")
    list_select_related = ("user", "made_by")
    search_fields = ("user__username", "made_by__username")
    search_help_text = gettext_lazy("User names.")
    actions = ("revoke", "renew")
    inviter = related("made_by")

    def get_queryset(self, request: HttpRequest) -> QuerySet[PasswordLink]:
        return super().get_queryset(request).filter(purpose=LinkPurpose.INVITATION)

    def get_fields(self, request: HttpRequest, obj: PasswordLink | None = None) -> Any:
        if obj is not None:
            return ("invited", "inviter", "made", "expires", "status", "mailed")
        sent = ("send",) if mail.is_set() else ()
        return ("username", "email", "groups", "days", *sent)

    def get_readonly_fields(self, request: HttpRequest, obj: PasswordLink | None = None) -> Any:
        return self.get_fields(request, obj) if obj is not None else ()

    def get_form(
        self,
        request: HttpRequest,
        obj: PasswordLink | None = None,
        change: bool = False,
        **kwargs: Any,
    ) -> Any:
        if obj is not None:
            return super().get_form(request, obj, change, **{"form": CleanForm, **kwargs})
        form: Any = super().get_form(request, obj, change, **kwargs)
        form.by = request.user
        return form

    def has_delete_permission(self, request: HttpRequest, obj: PasswordLink | None = None) -> bool:
        return False  # they go by themselves; until then it can be found out who invited whom

    @admin.display(description=gettext_lazy("User"), ordering="user__username")
    def invited(self, row: PasswordLink) -> str:
        return str(row.user)

    @admin.display(description=gettext_lazy("Made"), ordering="created_at")
    def made(self, row: PasswordLink) -> str:
        return moment(row.created_at)

    @admin.display(description=gettext_lazy("Works until"), ordering="expires_at")
    def expires(self, row: PasswordLink) -> str:
        return moment(row.expires_at)

    @admin.display(description=gettext_lazy("Status"))
    def status(self, row: PasswordLink) -> SafeString:
        if row.used_at is not None:
            return badge("done", gettext("Accepted"))
        if row.revoked_at is not None:
            return badge("failed", gettext("Revoked"))
        if row.expires_at <= timezone.now():
            return badge("failed", gettext("Expired"))
        return badge("pending", gettext("Open"))

    @admin.display(description=gettext_lazy("Mail"))
    def mailed(self, row: PasswordLink) -> str:
        if not row.by_mail:
            return gettext("Not sent by mail")
        if row.state == WorkState.DONE:
            return str(UNSENT[row.error]) if row.error in UNSENT else gettext("Sent")
        return gettext("Could not be sent") if row.state == WorkState.FAILED else gettext("Waiting")

    def save_model(self, request: HttpRequest, obj: PasswordLink, form: Any, change: bool) -> None:
        """Makes the account and its link, whose secret `response_add` shows."""
        if change:
            return
        link, secret = invitations.invite(request.user, form.wish())
        obj.__dict__.update(link.__dict__)
        request._invitation_secret = secret  # type: ignore[attr-defined]

    def response_add(
        self, request: HttpRequest, obj: PasswordLink, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Returns the one page that shows the link; nothing stores it."""
        return self._issued(request, obj, request._invitation_secret)  # type: ignore[attr-defined]

    @admin.action(
        description=gettext_lazy("Revoke the selected invitations"), permissions=["change"]
    )
    def revoke(self, request: HttpRequest, queryset: QuerySet[PasswordLink]) -> None:
        ended = [link for link in queryset if password_links.revoke(link)]
        for link in ended:
            self.log_change(request, link, "Revoked.")
        said = gettext("{ended} revoked. They lead nowhere from now on.").format(ended=len(ended))
        self.message_user(request, said, messages.SUCCESS)

    @admin.action(description=gettext_lazy("Make a new link"), permissions=["add"])
    def renew(self, request: HttpRequest, queryset: QuerySet[PasswordLink]) -> HttpResponse | None:
        chosen = list(queryset[:2])
        if len(chosen) != 1:
            self.message_user(request, gettext("Choose one invitation."), messages.WARNING)
            return None
        try:
            link, secret = invitations.renew(request.user, chosen[0], RENEWED_DAYS)
        except VoiceError as error:
            self.message_user(request, error.message, messages.ERROR)
            return None
        self.log_addition(request, link, "Made anew.")
        return self._issued(request, link, secret)

    def _issued(self, request: HttpRequest, link: PasswordLink, secret: str) -> HttpResponse:
        path = reverse("set_password", args=[secret])
        base = settings.PUBLIC_URL
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Copy the link now"),
            "opts": self.opts,
            "link": link,
            "address": base + path if base else request.build_absolute_uri(path),
        }
        return TemplateResponse(request, "admin/sessions_app/passwordlink/issued.html", context)
