"""The rows of tests/test_access_matrix.py for all that is saved as a file."""

from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.utils import timezone

from sessions_app.models import Archive, AudioCopy, Call
from sessions_app.services import archives, audio_copies
from tests.access_rows import desk, desk_model, of_a_call, page, rest

AUDIO = "calls/<slug:public_id>/audio.<str:form>"

EXPORT = "exports/<str:export_id>"
SELECTED = {"_selected_action": "{call}"}

PAGES = [
    page("account/export", "/account/export", *["/account/"] * 4, method="POST"),
    page("exports/<slug:public_id>.zip", "/exports/{export}.zip", 404, 404, 200, 404),
    page("calls.csv", "/calls.csv", 200, 200, 200, 200),
    page(AUDIO, "/calls/{id}/audio.mp3", 200, 404, 200, 404),
    page(AUDIO, "/calls/{id}/audio.wav", "/calls/{id}/", 404, "/calls/{id}/", 404, method="POST"),
]

REST = [
    *rest("exports/", "exports/", 200, 200, 200, 200),
    *rest("exports/", "exports/", 202, 202, 202, 202, method="POST", body={}),
    *rest("exports/", "exports/", 403, 403, 202, 403, method="POST", body={"kind": "calls"}),
    *rest("exports/", "exports/", 403, 202, 202, 403, method="POST", body={"user": "bob"}),
    *rest(EXPORT, "exports/{export}", 404, 404, 200, 404),
    *rest(EXPORT, "exports/{export}", 404, 404, 200, 404, method="DELETE"),
    *rest(f"{EXPORT}/download", "exports/{export}/download", 404, 404, 200, 404),
    *rest("calls.csv", "calls.csv", 200, 200, 200, 200),
    *of_a_call("audio"),
    *of_a_call("audio", owner=202, staff=202, method="POST", body={"format": "wav"}),
    *of_a_call("audio.mp3", route="audio.<str:form>"),
]

DESK = [
    *desk_model("sessions_app/archive", "archive"),
    desk(
        "sessions_app/call/",
        "/admin/sessions_app/call/",
        method="POST",
        body={"action": "export_audio", **SELECTED},
    ),
    desk(
        "auth/user/",
        403,
        method="POST",
        body={"action": "export_all", "_selected_action": "{user}"},
    ),
    desk(
        "sessions_app/call/<int:pk>/audio/<str:form>/",
        "/admin/sessions_app/call/{call}/change/",
        address="/admin/sessions_app/call/{call}/audio/wav/",
        method="POST",
    ),
    *(
        desk(
            "sessions_app/call/",
            200,
            method="POST",
            body={"action": action, "_selected_action": "{call}"},
        )
        for action in ("export_transcripts", "export_list")
    ),
]


def made(call: Call, staff: User) -> dict[str, int | str]:
    """Returns the keys of what was made of the owner's call: a copy, and an export for staff."""
    name = audio_copies.storage().save("call.mp3", ContentFile(b"ID3"))
    facts = {"state": "done", "file_name": name, "sha256": "cd", "size": 3}
    copy = AudioCopy.objects.create(call=call, format="mp3", **facts)
    name = archives.storage().save("exports/x.zip", ContentFile(b"PK"))
    facts |= {"file_name": name, "done_at": timezone.now()}
    row = Archive.objects.create(kind="calls", user=staff, **facts)
    return {"copy": copy.pk, "archive": row.pk, "export": row.public_id}
