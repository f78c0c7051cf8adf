"""The rows of tests/test_access_matrix.py for all that is saved as a file."""

from django.core.files.base import ContentFile

from sessions_app.models import AudioCopy, Call
from sessions_app.services import audio_copies
from tests.access_rows import desk, of_a_call, page, rest

AUDIO = "calls/<slug:public_id>/audio.<str:form>"

PAGES = [
    page("calls.csv", "/calls.csv", 200, 200, 200, 200),
    page(AUDIO, "/calls/{id}/audio.mp3", 200, 404, 200, 404),
    page(AUDIO, "/calls/{id}/audio.wav", "/calls/{id}/", 404, "/calls/{id}/", 404, method="POST"),
]

REST = [
    *rest("calls.csv", "calls.csv", 200, 200, 200, 200),
    *of_a_call("audio"),
    *of_a_call("audio", owner=202, staff=202, method="POST", body={"format": "wav"}),
    *of_a_call("audio.mp3", route="audio.<str:form>"),
]

DESK = [
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


def made(call: Call) -> dict[str, int]:
    """Returns the keys of what was made of the owner's call."""
    name = audio_copies.storage().save("call.mp3", ContentFile(b"ID3"))
    facts = {"state": "done", "file_name": name, "sha256": "cd", "size": 3}
    return {"copy": AudioCopy.objects.create(call=call, format="mp3", **facts).pk}
