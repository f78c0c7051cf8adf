"""Processor features that the choice of graphs depends on."""

import platform
from functools import cache
from pathlib import Path

CPUINFO = Path("/proc/cpuinfo")
_DOT_PRODUCTS = {"avx512_vnni", "avx_vnni", "asimddp"}


@cache
def has_dot_products() -> bool:
    """Returns whether one instruction sums 8-bit products in 32 bits (VNNI, ARM's dot product).

    Without it x86 sums signed weights in 16 bits, which saturate; unsigned weights are right
    there, and slower.
    """
    try:
        flags = set(CPUINFO.read_text().split())
    except OSError:
        return platform.machine() == "arm64"  # no /proc: an Apple processor has them
    return bool(flags & _DOT_PRODUCTS)
