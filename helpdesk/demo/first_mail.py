"""The first real mail of the demo, which its pages name too: so nothing of what builds the demo is loaded here."""

from django.conf import settings

from accounts.models import Tenant

FIRST_MAIL = {
    "acme": (
        "Outi Rantala",
        "outi.rantala@vakkameijeri.example",
        "support@acme.example",
        "PackLine: the label printer skips every tenth pallet",
        "Good morning, since today the label printer at the end of PackLine 2 skips every tenth pallet.",
    ),
    "globex": (
        "Nadia Rahman",
        "nadia.rahman@brightwater.example",
        "support@globex.example",
        "The reception laptop finds no WiFi",
        "Hello, the laptop at reception has lost the WiFi since the weekend. Can you help today?",
    ),
}


def first_mail_command(tenant: Tenant) -> str:
    """A line for a shell that sends a mail to the demo's own listener; new with each second."""
    name, sender, desk, subject, text = FIRST_MAIL[tenant.slug]
    host, _, port = settings.VASTE_SMTP_LISTEN.rpartition(":")
    reachable = "127.0.0.1" if host in ("", "0.0.0.0", "[::]") else host  # noqa: S104  # where it listens
    headers = [f"From: {name} <{sender}>", f"To: {desk}", f"Subject: {subject}"]
    headers.append(f"Message-ID: <%s@{sender.rpartition('@')[2]}>")
    body = "\\r\\n".join([*headers, "", text, ""])
    return (
        f"printf '{body}' \"$(date +%s)\" | curl -sS smtp://{reachable}:{port} "
        f"--mail-from {sender} --mail-rcpt {desk} --upload-file -"
    )
