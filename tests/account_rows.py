"""The rows of accounts in the table of tests/test_access_matrix.py."""

from datetime import timedelta

from django.contrib.auth.models import User
from django.utils import timezone

from sessions_app.models import LinkPurpose
from sessions_app.services import password_links
from tests.access_rows import (
    DESK,
    LOGIN,
    VISITORS,
    Row,
    desk,
    desk_model,
    open_to_all,
    page,
)

_TOKEN, _REVOKE = "account/tokens/", "account/tokens/<int:number>/revoke"

PAGES = [
    page("account/", "/account/", 200, 200, 200, 200),
    page("account/changed/", "/account/changed/", 200, 200, 200, 200),
    page("account/sign-out/", "/account/sign-out/", 200, 200, 200, 200),
    page(_TOKEN, "/account/tokens/", 200, 200, 200, 200),
    page(_TOKEN, "/account/tokens/", 200, 200, 200, 200, method="POST"),
    # one's own alone, staff's too
    page(
        _REVOKE, "/account/tokens/{token}/revoke", "/account/tokens/", 404, 404, 404, method="POST"
    ),
    open_to_all("password/"),
    open_to_all("password/sent/"),
    open_to_all("password/done/"),
    # a secret that leads nowhere; tests/views/test_passwords.py has those that do
    open_to_all("password/<str:secret>/", 404, "/password/none/"),
    Row("password/<str:secret>/", "/password/none/", (404,) * len(VISITORS), "POST"),
    Row("login/", "/login/", ("/", "/", "/", "/", 200)),
    Row("logout/", "/logout/", (LOGIN,) * len(VISITORS), "POST"),
]

_INVITATIONS = "/admin/sessions_app/passwordlink/"

ADMIN = [
    Row("admin/login/", DESK, (200, 200, "/admin/", "/admin/", 200)),
    Row("admin/logout/", "/admin/logout/", ("/admin/", "/admin/", LOGIN, LOGIN, "/admin/"), "POST"),
    desk("password_change/", 200, clerk=200),
    desk("password_change/done/", 200, clerk=200),
    *desk_model("auth/group", "group", shown=403),
    *desk_model("auth/user", "user", shown=403),
    desk("auth/user/<id>/password/", 403, address="/admin/auth/user/{user}/password/"),
    *desk_model("sessions_app/apitoken", "token", add=200, written="/admin/sessions_app/apitoken/"),
    *desk_model("sessions_app/passwordlink", "invitation", add=200, written=_INVITATIONS),
    *(
        desk(
            "sessions_app/passwordlink/",
            answer,
            method="POST",
            body={"action": action, "_selected_action": "{invitation}"},
        )
        for action, answer in (("revoke", _INVITATIONS), ("renew", 200))
    ),
]


def an_invitation(by: User) -> int:
    """Returns the key of an invitation that is open, of somebody without a password."""
    until = timezone.now() + timedelta(days=1)
    invited = User.objects.create_user("invited")
    return password_links.make(invited, LinkPurpose.INVITATION, until, made_by=by)[0].pk
