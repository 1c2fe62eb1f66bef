"""Django names the path of every refused request in its log; a link's path is its key, so the key is taken out."""

import logging
import re

TOKEN = re.compile(r"(/[lcbr]/)[^/\s]+")
LOGGERS = ("django.request", "django.server", "django.security.csrf", "django.security.DisallowedHost")


class MaskTokens(logging.Filter):
    """Writes `/l/***/` for `/l/<token>/`; of all links, the boards' too."""

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        masked = TOKEN.sub(r"\1***", said)
        if masked != said:
            record.msg, record.args = masked, ()
        return True


def mask_tokens() -> None:
    """Put the filter where paths are logged; idempotent."""
    for name in LOGGERS:
        logger = logging.getLogger(name)
        if not any(isinstance(known, MaskTokens) for known in logger.filters):
            logger.addFilter(MaskTokens())
