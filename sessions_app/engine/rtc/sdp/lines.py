"""Splits an SDP into its session part and media lines, and completes the lines of a BUNDLE.

RFC 9143: an offer may have transport attributes in only one line of the group, and a line that may
only be used in the group has port 0 and `a=bundle-only`. aiortc needs all attributes in each line.
A rejected line also has port 0, but is in no group.
"""

import re

END = "\r\n"
REJECTED = re.compile(r"m=\S+ 0 ")
_BUNDLE = re.compile(r"(?m)^a=group:BUNDLE(.*)\r\n")
_ONLY = re.compile(r"(?m)^a=bundle-only\r$")
_OTHER_FINGERPRINTS = re.compile(r"(?m)^a=fingerprint:(?!sha-256 )[^\r\n]*\r?\n")
_MID = re.compile(r"(?m)^a=mid:(\S+)")

RTCP_MUX = "rtcp-mux"
_SHARED = ("ice-ufrag", "ice-pwd", "ice-options", "fingerprint", "setup", RTCP_MUX)
"""The attributes that only the tagged line of a BUNDLE needs (RFC 8829, section 5.2.1)."""

_ANY_PORT = 9
"""The port of a line while no address is known (RFC 8829, section 5.2.1)."""


def sections(sdp: str) -> list[str]:
    """Returns the session part and the part of each media line; joined, they are the whole SDP."""
    lines = sdp.replace(END, "\n").replace("\n", END)
    return re.split(r"(?m)^(?=m=)", lines)


def mid_of(section: str) -> str:
    """Returns a media line's mid; empty without one."""
    found = _MID.search(section)
    return found[1] if found else ""


def bundled(sdp: str) -> list[str]:
    """Returns the mids of an SDP's first BUNDLE group, in order; aiortc supports only one."""
    found = _BUNDLE.search(sections(sdp)[0])
    return found[1].split() if found else []


def with_group(sdp: str, mids: list[str]) -> str:
    """Returns the SDP with one BUNDLE group of these lines; without a group for no lines."""
    head, *media = sections(sdp)
    head = _BUNDLE.sub("", head)
    if mids:
        head += f"a=group:BUNDLE {' '.join(mids)}{END}"
    return "".join([head, *media])


def with_shared_attributes(sdp: str) -> str:
    """Copies the transport attributes of a BUNDLE's tagged line to all lines of the group."""
    head, *media = sections(sdp)
    group = bundled(sdp)
    members = {mid: section for section in media if (mid := mid_of(section)) in group}
    shared = next(
        (_shared_attributes(members[mid]) for mid in group if _has_transport(members.get(mid))), {}
    )
    return "".join([
        head,
        *(_completed(one, shared) if mid_of(one) in members else one for one in media),
    ])  # fmt: skip


def _has_transport(section: str | None) -> bool:
    return section is not None and f"{END}a=ice-ufrag:" in section


def _is_held(section: str) -> bool:
    """Returns whether a line with port 0 is inactive, not rejected, as werift writes it."""
    return _has_transport(section) and f"{END}a=inactive{END}" in section


def _shared_attributes(section: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in section.split(END):
        name = line.removeprefix("a=").partition(":")[0]
        if line.startswith("a=") and name in _SHARED:
            found.setdefault(name, []).append(line)
    return found


def _completed(section: str, shared: dict[str, list[str]]) -> str:
    if _ONLY.search(section) or _is_held(section):
        section = REJECTED.sub(lambda found: found[0].replace(" 0 ", f" {_ANY_PORT} "), section, 1)
    elif REJECTED.match(section):
        return section
    own = _shared_attributes(section)
    own |= {} if section.startswith(("m=audio", "m=video")) else {RTCP_MUX: []}
    lacking = [line for name, lines in shared.items() if name not in own for line in lines]
    return section + "".join(f"{line}{END}" for line in lacking)


def with_one_fingerprint(answer: str) -> str:
    """Returns an answer with the SHA-256 fingerprints alone; aiortc writes three of each.

    libdatachannel takes the last one, but may begin the DTLS handshake before it has read it: it
    then computes the SHA-256 of our certificate, compares that with the SHA-512, and closes.
    """
    return _OTHER_FINGERPRINTS.sub("", answer)
