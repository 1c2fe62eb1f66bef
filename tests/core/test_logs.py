"""Secret addresses in logs."""

import io
import logging

from core.logs import SecretPaths

TOKEN = "Abcdefghijklmnop0123456789_-xyz1"


def test_a_token_in_an_address_is_not_logged() -> None:
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.addFilter(SecretPaths())
    logger = logging.getLogger("test.secret_paths")
    logger.propagate = False
    logger.addHandler(handler)
    try:
        for path in (f"/l/{TOKEN}/", f"/c/{TOKEN}/works/", f"/mail/post/{TOKEN}/", f"http://a.example/l/{TOKEN}"):
            logger.warning("%s: %s", "Not Found", path, extra={"status_code": 404})
        logger.warning("/c/short stays, and so does %s", "/settings/mailboxes/")
    finally:
        logger.removeHandler(handler)

    assert TOKEN not in out.getvalue()
    assert out.getvalue().splitlines()[0] == "Not Found: /l/***/"
    assert out.getvalue().splitlines()[4] == "/c/short stays, and so does /settings/mailboxes/"
