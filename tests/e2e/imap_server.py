"""Dovecot, as Debian has it."""

import contextlib
import imaplib
import os
import shutil
import smtplib
import subprocess
from collections.abc import Iterator
from pathlib import Path

from helpdesk.embedded.identity import Identity
from tests.e2e.certificate import make_certificate
from tests.e2e.waiting import HOST, answers, free_port, wait_until

PATH = f"{os.environ.get('PATH', '')}:/usr/bin:/usr/sbin"
DOVECOT, DOVEADM = shutil.which("dovecot", path=PATH), shutil.which("doveadm", path=PATH)
PASSWORD = "open-sesame"

DOVECOT_CONFIG = """
base_dir = {root}/run
log_path = {root}/log
protocols = {protocols} lmtp
listen = {host}
ssl = yes
ssl_cert = <{root}/cert.pem
ssl_key = <{root}/key.pem
disable_plaintext_auth = no
auth_mechanisms = plain login xoauth2
auth_failure_delay = 0
first_valid_uid = 1
mail_location = maildir:{root}/mail/%u
recipient_delimiter = +
protocol lmtp {{
  auth_username_format = %Lu
}}
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {root}/oauth2.conf
}}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={root}/mail/%u allow_all_users=yes
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service pop3-login {{
  chroot =
  inet_listener pop3 {{
    port = {pop3_port}
  }}
  inet_listener pop3s {{
    port = {pop3s_port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
service lmtp {{
  unix_listener lmtp {{
    mode = 0600
  }}
}}
{users}
"""


# Asks whoever gave a token whether it is good (RFC 7662).
OAUTH_CONFIG = """
introspection_mode = post
introspection_url = http://{host}:{port}/introspect
username_attribute = username
active_attribute = active
active_value = true
"""
# Debian's dovecot-pop3d.
HAS_POP3 = Path("/usr/lib/dovecot/pop3").exists()


class Dovecot:
    """A real IMAP server in a directory of its own; runs as root or as anybody. Every address may sign in."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.port, self.tls_port, self.pop3_port, self.pop3s_port = (free_port() for _ in range(4))
        # Where a test may let a provider of tokens listen.
        self.oauth_port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        identity = Identity.unprivileged() if os.geteuid() == 0 else Identity.current()
        self._write_config(identity)

    def _write_config(self, identity: Identity) -> None:
        for name in ("run", "mail"):
            (self.root / name).mkdir()
        os.chown(self.root / "mail", identity.uid, identity.gid)
        users = ""
        if os.geteuid() != 0:
            users = "\n".join(
                f"default_{what} = {identity.name}" for what in ("internal_user", "login_user", "internal_group")
            )
        make_certificate(self.root)
        (self.root / "oauth2.conf").write_text(OAUTH_CONFIG.format(host=HOST, port=self.oauth_port))
        text = DOVECOT_CONFIG.format(
            root=self.root,
            host=HOST,
            port=self.port,
            protocols="imap pop3" if HAS_POP3 else "imap",
            tls_port=self.tls_port,
            pop3_port=self.pop3_port,
            pop3s_port=self.pop3s_port,
            password=PASSWORD,
            uid=identity.uid,
            gid=identity.gid,
            users=users,
        )
        self.config.write_text(text)

    @property
    def config(self) -> Path:
        return self.root / "dovecot.conf"

    def start(self) -> bool:
        """Whether it runs; not where another program has taken one of its ports meanwhile."""
        assert DOVECOT
        self._process = process = subprocess.Popen([DOVECOT, "-F", "-c", str(self.config)], stderr=subprocess.DEVNULL)
        wait_until(lambda: process.poll() is not None or self._is_up(), what="Dovecot")
        return process.poll() is None

    def _is_up(self) -> bool:
        return answers(self.port) and (self.root / "run" / "lmtp").exists()

    def stop(self) -> None:
        if self._process:
            self._process.terminate()
            self._process.wait(10)
            self._process = None

    def add_user(self, address: str) -> None:
        """Give somebody an empty mailbox."""
        with self.imap(address) as client:
            if uids := client.uid("SEARCH", "ALL")[1][0].decode().split():
                client.uid("STORE", ",".join(uids), "+FLAGS", r"(\Deleted)")
                client.expunge()

    def deliver(self, address: str, raw: bytes, sender: str = "sender@elsewhere.example") -> None:
        """Put a mail into a mailbox by LMTP, as a mail server does."""
        with smtplib.LMTP(str(self.root / "run" / "lmtp")) as line:
            line.sendmail(sender, [address], raw)

    @contextlib.contextmanager
    def imap(self, address: str, password: str = PASSWORD) -> Iterator[imaplib.IMAP4]:
        """A person's own mail program, looking into the mailbox."""
        with imaplib.IMAP4(HOST, self.port, timeout=10) as client:
            client.login(address, password)
            client.select("INBOX")
            yield client

    def uids(self, address: str, criteria: str = "ALL") -> list[int]:
        with self.imap(address) as client:
            return [int(uid) for uid in client.uid("SEARCH", criteria)[1][0].split()]

    def flag(self, address: str, uid: int, flags: str) -> None:
        """Change flags: "+FLAGS (\\Deleted)" and the like."""
        with self.imap(address) as client:
            client.uid("STORE", str(uid), *flags.split(" ", 1))
            client.expunge()

    def set_uid_validity(self, address: str, value: int) -> None:
        assert DOVEADM
        update = ["mailbox", "update", "--uid-validity", str(value), "-u", address, "INBOX"]
        subprocess.run([DOVEADM, "-c", str(self.config), *update], check=True, capture_output=True)
