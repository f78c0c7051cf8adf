"""How lengths, and places on the call clock, are written for people and in files."""


def short_time(ms: float) -> str:
    """Returns 0:07, 12:40 or 1:02:03."""
    hours, minutes, seconds, _ = _parts(ms)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def time_with_hours(ms: float) -> str:
    """Returns 0:00:07, 0:12:40 or 1:02:03."""
    hours, minutes, seconds, _ = _parts(ms)
    return f"{hours}:{minutes:02}:{seconds:02}"


def timestamp(ms: float, decimal: str = ".") -> str:
    """Returns HH:MM:SS.mmm, as captions and transcripts have it; 0 for what lies before 0."""
    hours, minutes, seconds, milliseconds = _parts(max(0, ms))
    return f"{hours:02}:{minutes:02}:{seconds:02}{decimal}{milliseconds:03}"


def _parts(ms: float) -> tuple[int, int, int, int]:
    """Returns whole hours, minutes, seconds and milliseconds."""
    seconds, milliseconds = divmod(int(ms), 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return hours, minutes, seconds, milliseconds
