"""What people do to a call when they review it, from its page or from the admin's.

Their address has `?on=`, `page` or `admin`: where they lead back to.
"""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from sessions_app.engine.core.errors import UnknownCallError, VoiceError
from sessions_app.engine.text.cleaning import clean, is_invisible, one_line
from sessions_app.models import Call, ReviewComment, Scorecard
from sessions_app.services import (
    access,
    calls,
    comments,
    review_panel,
    review_refusals,
    reviews,
    scorecards,
    tags,
)
from sessions_app.services.review_refusals import RefusedForm
from sessions_app.services.visible_texts import UNSEEN

REVIEW = "review"
"""The part of both pages that a form leads back to."""

COMMENTS = "comments"
REVIEWED = "reviewed"
SCORECARDS = "scorecards"

LONGEST_TITLE = 200
"""Characters of a corrected title."""

FORMS = {"delete": "change", "resolve": "answer", "reopen": "answer"}
"""The forms that tell of what buttons beside them could not do."""

MOST_DIGITS = 19
"""Keys have fewer: 2⁶³ has as many."""


@login_required
@require_POST
def title(request: HttpRequest, public_id: str) -> HttpResponse:
    """Gives the call a title; for its owner, and staff who may change calls."""
    found = the_call(request, public_id)
    if not review_panel.may_rename(request.user, found):
        raise Http404
    given = one_line(request.POST.get("title", ""))
    if len(given) > LONGEST_TITLE:
        why = gettext("A title has {longest_title} characters at most.").format(
            longest_title=LONGEST_TITLE
        )
        return refused(request, found, RefusedForm.of("title", {"title": why}, request.POST))
    if is_invisible(given):
        why = str(UNSEEN)
        return refused(request, found, RefusedForm.of("title", {"title": why}, request.POST))
    calls.rename(found, request.user, given)
    return back(request, found)


@login_required
@require_POST
def tag(request: HttpRequest, public_id: str) -> HttpResponse:
    """Adds the tags of `add`, parted by commas, or takes the one of `remove`."""
    found = the_call(request, public_id)
    if not tags.may_tag(request.user, found):
        raise Http404
    try:
        if gone := request.POST.get("remove", ""):
            tags.remove(found, request.user, clean(gone))
        else:
            given = clean(request.POST.get("add", "")).split(",")
            tags.add(found, request.user, [one for one in given if one.strip()])
    except VoiceError as error:
        return refused(request, found, RefusedForm.of("tags", {"add": error.message}, request.POST))
    return back(request, found)


@login_required
@require_POST
def comment(request: HttpRequest, public_id: str) -> HttpResponse:
    """Does what `what` says with a comment: say, answer, change, resolve, reopen, delete."""
    found = the_call(request, public_id)
    if not comments.may_write(request.user):
        raise Http404
    try:
        return back(request, found, _commented(request, found))
    except VoiceError as error:
        return refused(request, found, _refused_comment(request, error))


def _refused_comment(request: HttpRequest, error: VoiceError) -> RefusedForm:
    """Returns it for the form in which that comment has a field for what was typed."""
    given = request.POST
    what = FORMS.get(given["what"], given["what"])
    name = "at" if isinstance(error, comments.PlaceRefusedError) else "text"
    key = int(given["comment"]) if "comment" in given and what != "say" else 0
    return replace(RefusedForm.of(what, {name: error.message}, given), key=key)


def _commented(request: HttpRequest, call: Call) -> str:
    """Returns the part of the page to go back to."""
    given, user = request.POST, request.user
    what, text = given.get("what", ""), given.get("text", "")
    hidden = "for_owner" not in given
    if what == "say":
        at_ms = comments.place_of(clean(given.get("at", "")))
        made = comments.say(call, user, at_ms, text, staff_only=hidden)
        return f"comment-{made.pk}"
    row = _comment(request, call)
    if what == "answer":
        comments.answer(row, user, text, staff_only=hidden)
    elif what in {"resolve", "reopen"}:
        comments.resolve(row, user, resolved=what == "resolve")
    elif row.author_id == user.pk and what == "change":
        comments.change(row, user, text, staff_only=hidden)
    elif row.author_id == user.pk and what == "delete":
        comments.delete(row, user)
        return COMMENTS if row.answer_to_id is None else f"comment-{row.answer_to_id}"
    else:
        raise Http404
    return f"comment-{row.answer_to_id or row.pk}"


def _comment(request: HttpRequest, call: Call) -> ReviewComment:
    key = request.POST.get("comment", "")
    plain = key.isascii() and key.isdigit() and len(key) < MOST_DIGITS
    row = comments.visible(call, request.user).filter(pk=int(key)).first() if plain else None
    if row is None:
        raise Http404
    return row


@login_required
@require_POST
def reviewed(request: HttpRequest, public_id: str) -> HttpResponse:
    """Does what `what` says: done, undone, next (done, and on to the next call), skip."""
    found, what = the_call(request, public_id), request.POST.get("what", "")
    if not reviews.may_review(request.user) or what not in {"done", "undone", "next", "skip"}:
        raise Http404
    if what != "skip":
        reviews.mark(found, request.user, reviewed=what != "undone")
    if what in {"done", "undone"}:
        return back(request, found, REVIEWED)
    queue = reviews.queue_of(request.session.get(reviews.SESSION_KEY, {}))
    following = reviews.take_next(request.user, queue, skip=what == "skip")
    if following is None:
        messages.info(request, gettext("No other call of the queue is free."))
    return back(request, following or found, REVIEWED)


@login_required
@require_POST
def scorecard(request: HttpRequest, public_id: str) -> HttpResponse:
    """Keeps the answers to the form `form`; with `what` delete, takes one's own card away."""
    found, user = the_call(request, public_id), request.user
    if not scorecards.may_score(user):
        raise Http404
    key, given = request.POST.get("form", ""), request.POST
    if given.get("what") == "delete":  # also of a form that nobody can fill in any more
        for card in Scorecard.objects.filter(call=found, reviewer=user.pk):
            if str(card.form_id) == key:
                scorecards.delete(card, user)
        return back(request, found, SCORECARDS)
    version = next((one for one in scorecards.newest() if str(one.form_id) == key), None)
    if version is None:
        raise Http404
    try:
        scorecards.check_asked(
            version.form_id, given.get("asked", scorecards.questions_id(version))
        )
        answers = scorecards.typed(version.questions, given)
        scorecards.score(found, version, user, answers)
    except scorecards.AnswersRefusedError as error:
        why = RefusedForm.of(review_panel.SCORECARD, error.fields, given)
        return refused(request, found, replace(why, key=version.form_id))
    except scorecards.FormChangedError as error:
        problem = {review_panel.WHOLE_FORM: error.message}
        why = RefusedForm.of(review_panel.SCORECARD, problem, given)
        return refused(request, found, replace(why, key=version.form_id))
    return back(request, found, SCORECARDS)


def the_call(request: HttpRequest, public_id: str) -> Call:
    """Returns the call; raises Http404 for one that the user may not see."""
    try:
        return access.call_for(request.user, public_id)
    except UnknownCallError as error:
        raise Http404(error.message) from error


def refused(request: HttpRequest, call: Call, refusal: RefusedForm) -> HttpResponse:
    """Returns the way back to the form that was refused: its first wrong field has the focus.

    The address names no part of the page, for that would take the focus.
    """
    review_refusals.keep(request.session, call, refusal)
    return redirect(_page_of(request, call))


def back(request: HttpRequest, call: Call, part: str = REVIEW) -> HttpResponse:
    """Returns the way back to the page that the form was on, to one part of it."""
    return redirect(f"{_page_of(request, call)}#{part}")


def _page_of(request: HttpRequest, call: Call) -> str:
    user: Any = request.user
    if request.GET.get("on") == "admin" and user.is_staff:
        return reverse("admin:sessions_app_call_change", args=[call.pk])
    return reverse("call_detail", args=[call.public_id])
