"""Serves recordings, whole or by range, from any Django storage."""

import mimetypes
from pathlib import PurePosixPath

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.http import Http404, HttpRequest, HttpResponseBase

from sessions_app.models import AccessLog, Call, Recording
from sessions_app.models.work import WorkState
from sessions_app.services import redactions
from sessions_app.services.stored_files import StoredFile, file_response
from sessions_app.services.visit_log import note_visit

NOT_COVERED = "Hidden words are being taken out of the recording. It can be heard after that."


def recording_response(
    request: HttpRequest,
    call: Call,
    user: AbstractBaseUser | AnonymousUser,
    *,
    where: str,
    into_player: bool = False,
    as_download: bool = False,
    original: str = "",
) -> HttpResponseBase:
    """Returns the call's recording, whole or the requested range, and logs the access.

    Every answer with audio is logged with `where` it went: `into_player` for one of our own
    pages, which report playback themselves, else as a download. The entity tag is the file's
    SHA-256. Raises Http404 while there is no recording. `request` may be a REST framework request.
    `original` is the file with all of the sound, to be served in place of the recording's.
    """
    recording = _finished(call)
    if not original and redactions.needs_sound_redaction(call):
        raise Http404(NOT_COVERED)
    name = original or str(recording.file.name)
    kind, _ = mimetypes.guess_type(name)
    file = StoredFile(
        storage=recording.file.storage,
        name=name,
        tag=f"original-{recording.sha256}" if original else recording.sha256,
        media_type=kind or "audio/ogg",
        saved_as=f"call-{call.public_id}{PurePosixPath(name).suffix}",
        about=f"the recording of call {call.public_id}",
    )
    action = AccessLog.Action.LOADED if into_player else AccessLog.Action.EXPORTED

    def note() -> None:
        note_visit(call, user, action, where)

    return file_response(request, file, note, as_download=as_download)


def _finished(call: Call) -> Recording:
    recording = Recording.objects.filter(call=call, state=WorkState.DONE).first()
    if recording is None or not recording.file:
        raise Http404("This call has no recording, or it is not ready yet.")
    return recording
