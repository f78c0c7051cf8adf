"""The rows of setting up, and of the page "System", in the table of tests/test_access_matrix.py."""

from tests.access_rows import desk

ONE, TRY = "setup/<slug:name>/", "setup/<slug:name>/try/"

ADMIN = [
    desk("setup/", 200),
    desk("setup/", "/admin/", method="POST"),
    desk("setup/summary/", 200),
    desk("setup/summary/", "/admin/", method="POST"),
    desk("setup/voice/say/", 400, method="POST", body={}),
    desk("setup/voice/voices/", 200, method="POST", body={}),
    desk(ONE, 200, address="/admin/setup/model/"),
    desk(ONE, "/admin/setup/voice/", address="/admin/setup/model/", method="POST", body={}),
    desk(ONE, 404, address="/admin/setup/nothing/"),
    desk(TRY, 200, address="/admin/setup/model/try/", method="POST", body={}),
    desk("system/", 200),
    desk(
        "system/<slug:kind>/retry/",
        "/admin/system/",
        address="/admin/system/summary/retry/",
        method="POST",
    ),
]
