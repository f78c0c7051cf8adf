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


def patterns(serve_recording: ServeRecording) -> list[URLPattern]:
    """Returns all URL patterns; `serve_recording` sends recordings, as the pages do."""
    call = "calls/<str:call_id>"
    return [
        *either("calls/", views.CallList, "calls"),
        *either("calls.csv", call_lists.CallTable, "calls-csv"),
        *either(f"{call}/", views.CallDetail, "call"),
        *either(f"{call}/segments", transcripts.Segments, "segments"),
        *either(f"{call}/segments/<int:seq>", corrections.SegmentDetail, "segment"),
        *either(f"{call}/segments/<int:seq>/history", corrections.SegmentHistory, "history"),
        *either(f"{call}/segments/<int:seq>/undo", corrections.SegmentUndo, "undo"),
        *either(f"{call}/transcript.<str:form>", transcripts.TranscriptFile, "transcript"),
        *either(f"{call}/recording", recordings.RecordingFile, "recording", serve=serve_recording),
        *either(
            f"{call}/recording/original",
            recordings.OriginalRecordingFile,
            "recording-original",
            serve=serve_recording,
        ),
        *either(f"{call}/redactions", redactions.Redactions, "redactions"),
        *either(f"{call}/audio", audio_copies.AudioCopies, "audio"),
        *either(f"{call}/audio.<str:form>", audio_copies.AudioFile, "audio-file"),
        *either(f"{call}/summary", summaries.SummaryDetail, "summary"),
        *either(f"{call}/summary/again", summaries.SummariseAgain, "summary-again"),
        *either(f"{call}/links", links.Links, "links"),
        *either(f"{call}/links/<int:number>", links.LinkDetail, "link"),
        *either(
            f"{call}/summary/versions", summary_versions.SummaryVersionList, "summary-versions"
        ),
        *either(
            f"{call}/summary/versions/<int:number>",
            summary_versions.SummaryVersionDetail,
            "summary-version",
        ),
        *either(f"{call}/extraction", extractions.ExtractionDetail, "extraction"),
        *either(f"{call}/extraction/again", extractions.ExtractAgain, "extraction-again"),
        *either(f"{call}/versions", versions.VersionList, "versions"),
        *either(f"{call}/versions/<int:number>", versions.VersionDetail, "version"),
        *either(f"{call}/comments", comments.CommentList, "comments"),
        *either(f"{call}/comments/<int:comment>", comments.CommentDetail, "comment"),
        *either(f"{call}/review", reviews.CallReviewed, "call-review"),
        *either("reviews/next", reviews.NextToReview, "next-to-review"),
        *either(f"{call}/scorecards", scorecards.CallScorecards, "call-scorecards"),
        *either(f"{call}/scorecards/<int:form_id>", scorecards.OwnScorecard, "own-scorecard"),
        *either("scorecard-forms", scorecards.ScorecardForms, "scorecard-forms"),
        *either("scorecards.csv", scorecards.ScorecardsFile, "scorecards-file"),
        *either(f"{call}/tags", tags.CallTags, "call-tags"),
        *either("tags", tags.KnownTags, "tags"),
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
