"""Sign-ins on the site and in the admin: rate-limited, queued, and remembered per browser."""

from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from sessions_app.services import access, sign_in_list, sign_ins
from sessions_app.services.passwords import RETRY_S, PasswordsBusyError, Queue
from sessions_app.services.sign_ins import SignInRefusedError

COOKIE = "voicesite_device"
SIGN_IN_KEY = "sign_in"
"""Where a session keeps which row of the account page's sign-ins is its own."""

_WHO = "signed_in_user"

_queue = Queue()


class ThrottledBackend(ModelBackend):
    """Checks names and passwords one after another, with rate limits.

    `authenticate` raises SignInRefusedError and PasswordsBusyError (both retryable), which SignIns
    turns into responses. The limits are checked again after the wait in the queue: otherwise a
    burst of attempts would pass them before the first one has failed.
    """

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **more: Any,
    ) -> Any:
        if request is None or username is None:  # not from the network
            return super().authenticate(request, username, password, **more)
        cookie = request.COOKIES.get(COOKIE, "")
        tried = sign_ins.attempt(username, _address(request), cookie)
        sign_ins.check(tried, timezone.now())  # refused attempts do not queue
        with _queue.turn(tried.address):
            sign_ins.check(tried, timezone.now())
            user = super().authenticate(request, username, password, **more)
            if user is None:
                sign_ins.failed(tried, timezone.now())
            else:
                sign_ins.succeeded(tried)
        return user

    async def aauthenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **more: Any,
    ) -> Any:
        return await sync_to_async(self.authenticate)(request, username, password, **more)


def is_own_password(user: Any, password: str) -> bool:
    """Returns whether `password` is the signed-in user's; a wrong one counts as a failure.

    Raises SignInRefusedError and PasswordsBusyError (both retryable), which SignIns turns into
    responses, so that nobody can guess the password without limit in an unattended browser.
    """
    tried = sign_ins.again(user.get_username())
    with _queue.turn(f"user {user.pk}"):
        sign_ins.check(tried, timezone.now())
        right = bool(user.check_password(password))
        if right:
            sign_ins.succeeded(tried)
        else:
            sign_ins.failed(tried, timezone.now())
    return right


class SignIns:
    """Middleware: answers refused sign-ins, and sets the device cookie after successful ones."""

    sync_capable = async_capable = True

    def __init__(self, get_response: Any) -> None:
        self._get_response = get_response
        self._is_async = iscoroutinefunction(get_response)
        if self._is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        if self._is_async:
            return self._later(request)
        return self._remembered(request, self._get_response(request))

    async def _later(self, request: HttpRequest) -> HttpResponseBase:
        response: HttpResponseBase = await self._get_response(request)
        if not hasattr(request, _WHO):
            return response
        return await sync_to_async(self._remembered)(request, response)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answers 429 with the wait, in words and as Retry-After."""
        if isinstance(error, SignInRefusedError):
            wait_s, busy = error.wait_s, False
        elif isinstance(error, PasswordsBusyError):
            wait_s, busy = RETRY_S, True
        else:
            return None
        context = {"busy": busy, "minutes": -(-wait_s // 60), "seconds": wait_s}
        response = render(request, "429.html", context, status=429)
        response["Retry-After"] = str(wait_s)
        return response

    def _remembered(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        user = getattr(request, _WHO, None)
        if user is not None:
            response.set_cookie(
                COOKIE,
                sign_ins.device_cookie(user, request.COOKIES.get(COOKIE, "")),
                max_age=sign_ins.DEVICE_LIFE,
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Lax",
            )
        return response


def _address(request: HttpRequest) -> str:
    peer = str(request.META.get("REMOTE_ADDR") or "")
    return access.address_of(peer, request.headers.get("X-Forwarded-For", ""))


def remember_devices() -> None:
    """Connects the signal: from now on a sign-in sets the browser's device cookie and is listed."""
    user_logged_in.connect(_signed_in, dispatch_uid="known-devices")


def _signed_in(request: HttpRequest | None, user: Any, **_: Any) -> None:
    if request is not None:
        setattr(request, _WHO, user)
        agent, address = request.headers.get("User-Agent", ""), _address(request)
        row = sign_in_list.note(user, timezone.now(), agent, address)
        request.session[SIGN_IN_KEY] = row.pk
