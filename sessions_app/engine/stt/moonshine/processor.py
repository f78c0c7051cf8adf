"""What this machine's processor can do, as far as the graphs depend on it."""

import platform
from functools import cache
from pathlib import Path

CPUINFO = Path("/proc/cpuinfo")
_DOT_PRODUCTS = {"avx512_vnni", "avx_vnni", "asimddp"}


@cache
def has_dot_products() -> bool:
    """Returns whether products of 8-bit numbers are summed in 32 bits, by one instruction.

    Without VNNI, x86 sums signed weights in 16 bits, which saturate: unsigned ones are right
    there, and slower.
    """
    try:
        flags = set(CPUINFO.read_text().split())
    except OSError:
        return platform.machine() == "arm64"  # no /proc: an Apple processor has them
    return bool(flags & _DOT_PRODUCTS)
