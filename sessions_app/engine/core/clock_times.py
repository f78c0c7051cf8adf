"""Formats lengths and times on the call clock, in ms, for people and for files."""


def short_time(ms: float) -> str:
    """Returns `ms` as 0:07, 12:40 or 1:02:03."""
    hours, minutes, seconds, _ = _parts(ms)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def time_with_hours(ms: float) -> str:
    """Returns `ms` as 0:00:07, 0:12:40 or 1:02:03."""
    hours, minutes, seconds, _ = _parts(ms)
    return f"{hours}:{minutes:02}:{seconds:02}"


def spoken_length(milliseconds: float | None) -> str:
    """Returns a length as people say it, such as '7 s', '12 min' or '1 h 5 min'.

    Seconds are rounded down, as on a player's clock, but to no less than 1 s.
    """
    seconds = max(1, int(milliseconds // 1000)) if milliseconds else 0
    if seconds < 60:  # noqa: PLR2004 - seconds in a minute
        return f"{seconds} s"
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {seconds} s" if seconds else f"{minutes} min"


def timestamp(ms: float, decimal: str = ".") -> str:
    """Returns `ms` as HH:MM:SS.mmm, as captions and transcripts have it; negative times are 0."""
    hours, minutes, seconds, milliseconds = _parts(max(0, ms))
    return f"{hours:02}:{minutes:02}:{seconds:02}{decimal}{milliseconds:03}"


def _parts(ms: float) -> tuple[int, int, int, int]:
    """Returns whole hours, minutes, seconds and milliseconds."""
    seconds, milliseconds = divmod(int(ms), 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return hours, minutes, seconds, milliseconds
