"""What must not be written into logs: the tokens in secret addresses, which open what they lead to."""

import logging
import re

# Links in mails (work, confirmation) and the addresses that mails are posted to.
SECRET_PATHS = re.compile(r"(/(?:l|c|mail/post)/)[^/\s?\"']{8,}")


class SecretPaths(logging.Filter):
    """Shows secret addresses without their token, wherever in a line they stand."""

    def filter(self, record: logging.LogRecord) -> bool:
        masked, found = SECRET_PATHS.subn(r"\1***", record.getMessage())
        if found:
            record.msg, record.args = masked, ()
        return True
