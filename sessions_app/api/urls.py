"""URLs below /api/v1/."""

from typing import Any

from django.urls import URLPattern, path, re_path
from rest_framework.views import APIView

from sessions_app.api import (
    archives,
    audio_copies,
    call_lists,
    changes,
    comments,
    corrections,
    docs,
    extractions,
    links,
    protocol,
    recordings,
    redactions,
    reviews,
    saved_views,
    scorecards,
    summaries,
    summary_versions,
    tags,
    transcripts,
    versions,
    views,
)
from sessions_app.api.recordings import ServeRecording

app_name = "api"


def either(route: str, view: type[APIView], name: str, **options: Any) -> list[URLPattern]:
    """Returns the route without and with a trailing slash; the schema shows only the first."""
    twin = route.removesuffix("/") if route.endswith("/") else f"{route}/"
    return [
        path(route, view.as_view(**options), name=name),
        path(twin, view.as_view(schema=None, **options)),
    ]


CALL = "calls/<str:call_id>"


def patterns(serve_recording: ServeRecording) -> list[URLPattern]:
    """Returns all URL patterns; `serve_recording` sends recordings, as the pages do."""
    return [
        *either("calls/", views.CallList, "calls"),
        *either("saved-views/", saved_views.SavedViews, "saved-views"),
        *either("saved-views/<int:number>", saved_views.SavedViewDetail, "saved-view"),
        *either("calls.csv", call_lists.CallTable, "calls-csv"),
        *_of_what_was_said(serve_recording),
        *_of_what_is_made_of_it(),
        *_of_its_review(),
        *either("changes/", changes.Changes, "changes"),
        *either("agents/", views.AgentList, "agents"),
        *either("protocol/", protocol.Protocol, "protocol"),
        *either("protocol/<str:door>", protocol.ProtocolDoor, "protocol-door"),
        *either("exports/", archives.ExportList, "exports"),
        *either("exports/<str:export_id>/", archives.ExportDetail, "export"),
        *either("exports/<str:export_id>/download", archives.ExportFile, "export-file"),
        *either("tickets", views.Tickets, "tickets"),
        *either("ice-servers", views.IceServers, "ice-servers"),
        *either("me", views.Me, "me"),
        *either("schema/", docs.Schema, "schema"),
        *either("docs/", docs.Docs, "docs"),
        re_path(r"^[\s\S]*\Z", views.NoSuchAddress.as_view(), name="no-such-address"),
    ]


def _of_what_was_said(serve_recording: ServeRecording) -> list[URLPattern]:
    return [
        *either(f"{CALL}/", views.CallDetail, "call"),
        *either(f"{CALL}/segments", transcripts.Segments, "segments"),
        *either(f"{CALL}/segments/<int:seq>", corrections.SegmentDetail, "segment"),
        *either(f"{CALL}/segments/<int:seq>/history", corrections.SegmentHistory, "history"),
        *either(f"{CALL}/segments/<int:seq>/undo", corrections.SegmentUndo, "undo"),
        *either(f"{CALL}/transcript.<str:form>", transcripts.TranscriptFile, "transcript"),
        *either(f"{CALL}/recording", recordings.RecordingFile, "recording", serve=serve_recording),
        *either(
            f"{CALL}/recording/original",
            recordings.OriginalRecordingFile,
            "recording-original",
            serve=serve_recording,
        ),
        *either(f"{CALL}/redactions", redactions.Redactions, "redactions"),
        *either(f"{CALL}/audio", audio_copies.AudioCopies, "audio"),
        *either(f"{CALL}/audio.<str:form>", audio_copies.AudioFile, "audio-file"),
    ]


def _of_what_is_made_of_it() -> list[URLPattern]:
    return [
        *either(f"{CALL}/summary", summaries.SummaryDetail, "summary"),
        *either(f"{CALL}/summary/again", summaries.SummariseAgain, "summary-again"),
        *either(f"{CALL}/links", links.Links, "links"),
        *either(f"{CALL}/links/<int:number>", links.LinkDetail, "link"),
        *either(
            f"{CALL}/summary/versions", summary_versions.SummaryVersionList, "summary-versions"
        ),
        *either(
            f"{CALL}/summary/versions/<int:number>",
            summary_versions.SummaryVersionDetail,
            "summary-version",
        ),
        *either(f"{CALL}/extraction", extractions.ExtractionDetail, "extraction"),
        *either(f"{CALL}/extraction/again", extractions.ExtractAgain, "extraction-again"),
        *either(f"{CALL}/versions", versions.VersionList, "versions"),
        *either(f"{CALL}/versions/<int:number>", versions.VersionDetail, "version"),
    ]


def _of_its_review() -> list[URLPattern]:
    return [
        *either(f"{CALL}/comments", comments.CommentList, "comments"),
        *either(f"{CALL}/comments/<int:comment>", comments.CommentDetail, "comment"),
        *either(f"{CALL}/review", reviews.CallReviewed, "call-review"),
        *either("reviews/next", reviews.NextToReview, "next-to-review"),
        *either(f"{CALL}/scorecards", scorecards.CallScorecards, "call-scorecards"),
        *either(f"{CALL}/scorecards/<int:form_id>", scorecards.OwnScorecard, "own-scorecard"),
        *either("scorecard-forms", scorecards.ScorecardForms, "scorecard-forms"),
        *either("scorecards.csv", scorecards.ScorecardsFile, "scorecards-file"),
        *either(f"{CALL}/tags", tags.CallTags, "call-tags"),
        *either("tags", tags.KnownTags, "tags"),
    ]
