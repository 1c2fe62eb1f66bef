"""Parts as fixtures."""

from tests.e2e.parts import broker as broker
from tests.e2e.parts import dovecot as dovecot
from tests.e2e.parts import installation as installation
from tests.e2e.parts import mail_sink as mail_sink
