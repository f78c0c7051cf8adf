"""Everything that voicesite uses of aiortc, aioice and pylibsrtp beyond their public API.

`guard` lists it and finds what the installed versions lack; `negotiation` changes peer connections
and their media lines, `connectivity` ICE and its sockets, `media` the path of RTP and RTCP.
No other module reads or replaces a private name of these libraries, or a method of their objects
(`tests/house/test_aiortc_compat.py`). `guard.TESTED_WITH` has the versions.
"""
