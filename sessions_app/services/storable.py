"""What text must look like before it may go to the database."""


def storable(text: str) -> str:
    """Returns `text` as every database takes it.

    PostgreSQL knows no NUL, and UTF-8 no half of a surrogate pair; both can come from a
    client's JSON.
    """
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


def one_line(text: str) -> str:
    """Returns `text` storable, with single blanks between its words."""
    return " ".join(storable(text).split())
