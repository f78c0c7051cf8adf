"""Where the pages and the HTTP doors are."""

from django.contrib.auth.views import LogoutView
from django.urls import include, path
from django.views.i18n import set_language

from sessions_app.views import (
    accounts,
    archives,
    audio_copies,
    call_lists,
    connection_checks,
    extractions,
    live,
    local_https,
    offers,
    own_tokens,
    pages,
    passwords,
    pipecat,
    review,
    saved_views,
    shared,
    sharing,
    summary_versions,
    vosk,
)

doors = [
    path("session", offers.session, name="session"),
    path("api/voice/offer", offers.voice_offer, name="voice_offer"),
    path("offer", vosk.offer),
    *(
        path(f"{route}{slash}", view)
        for slash in ("", "/")
        for route, view in (
            ("start", pipecat.start),
            ("api/offer", pipecat.offer),
            ("sessions/<str:session_id>/api/offer", pipecat.offer),
        )
    ),
]

urlpatterns = [
    *doors,
    path("t/<str:ticket>/", include(doors)),
    path("t/<str:ticket>/api/ice-servers", offers.servers_for_ticket),
    path("", pages.start, name="start"),
    path("voicesite-ca.crt", local_https.authority, name="local_authority"),
    path("favicon.ico", pages.icon),
    path("language", set_language, name="set_language"),
    path("login/", accounts.SignInPage.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("account/", accounts.Account.as_view(), name="account"),
    path("account/sign-out/", accounts.sign_out_everywhere, name="sign_out_everywhere"),
    path("account/tokens/", own_tokens.tokens, name="own_tokens"),
    path("account/tokens/<int:number>/revoke", own_tokens.revoke, name="revoke_token"),
    path("password/", passwords.forgot, name="forgot_password"),
    path("password/", passwords.forgot, name="admin_password_reset"),  # what Django's page links to
    path("password/sent/", passwords.sent, name="password_sent"),
    path("password/done/", passwords.done, name="password_done"),
    path("password/<str:secret>/", passwords.by_link, name="set_password"),
    path("account/export", archives.ask, name="ask_export"),
    path("exports/<slug:public_id>.zip", archives.download, name="export"),
    path("account/changed/", accounts.PasswordChanged.as_view(), name="password_changed"),
    path("call/", pages.call, name="call"),
    path("check/", connection_checks.page, name="check"),
    path("check/results", connection_checks.keep, name="keep_check"),
    path("calls/", pages.calls, name="calls"),
    path("live/", live.live_calls, name="live_calls"),
    path("live/<slug:public_id>/", live.live_call, name="live_call"),
    path("live/<slug:public_id>/end", live.end, name="live_end"),
    path("calls.csv", call_lists.calls_csv, name="calls_csv"),
    path("calls/views/", saved_views.views, name="saved_views"),
    path("calls/views/<int:number>/", saved_views.change, name="change_view"),
    path("calls/views/<int:number>/delete", saved_views.delete, name="delete_view"),
    path("calls/<slug:public_id>/", pages.call_detail, name="call_detail"),
    path("calls/<slug:public_id>/recording", pages.recording, name="recording"),
    path("calls/<slug:public_id>/audio.<str:form>", audio_copies.audio, name="audio"),
    path("calls/<slug:public_id>/heard", pages.heard, name="heard"),
    path("calls/<slug:public_id>/erase", pages.erase, name="erase"),
    path("calls/<slug:public_id>/share", sharing.share, name="share"),
    path("calls/<slug:public_id>/share/<int:link>/revoke", sharing.revoke, name="revoke_link"),
    path("s/<str:secret>/", shared.call, name="shared"),
    path("s/<str:secret>/recording", shared.recording, name="shared_recording"),
    path("s/<str:secret>/heard", shared.heard, name="shared_heard"),
    path("calls/<slug:public_id>/summarise", pages.summarise_again, name="summarise_again"),
    path("calls/<slug:public_id>/title", review.title, name="review_title"),
    path("calls/<slug:public_id>/comments", review.comment, name="review_comments"),
    path("calls/<slug:public_id>/reviewed", review.reviewed, name="review_reviewed"),
    path("calls/<slug:public_id>/scorecard", review.scorecard, name="review_scorecard"),
    path("calls/<slug:public_id>/tags", review.tag, name="review_tags"),
    path("calls/<slug:public_id>/extraction", extractions.extraction, name="extraction"),
    path(
        "calls/<slug:public_id>/extraction/again", extractions.extract_again, name="extract_again"
    ),
    path(
        "calls/<slug:public_id>/summaries/<int:number>",
        summary_versions.summary_version,
        name="summary_version",
    ),
]
