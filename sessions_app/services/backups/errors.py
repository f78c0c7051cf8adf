"""What can go wrong with a backup; each message says what to do."""

from sessions_app.engine.core.errors import VoiceError


class BackupError(VoiceError):
    """A backup or a restore cannot go on as it was asked for (not retryable)."""


class WrongKeyError(BackupError):
    """The key is not the one with which the backup was encrypted, or is missing."""


class DamagedError(BackupError):
    """A file of the backup is missing, or holds something else than it did."""


class NotEmptyError(BackupError):
    """There is something here already, which a restore would mix with the backup."""


class NewerReleaseError(BackupError):
    """The backup was made by a newer release, whose database this one does not know."""


def broken_off(error: OSError) -> str:
    """Returns what to tell of a disk or a storage that failed on the way, such as a full one."""
    where = f" ({error.filename})" if error.filename else ""
    return (
        f"It broke off: {error.strerror or type(error).__name__}{where}. Once that is mended, run "
        "the same command again: it goes on where it was."
    )
