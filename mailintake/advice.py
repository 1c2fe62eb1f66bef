"""What to do when a mailbox cannot be fetched, in the words of whoever has set it up."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mailintake.enums import Trouble

ADVICE: dict[Trouble, Promise] = {
    Trouble.NO_SUCH_HOST: _("Look at how the server's name is written. Your mail provider says what it is."),
    Trouble.PRIVATE: _("Mail is fetched from servers of the public internet only. Name the server's public address."),
    Trouble.REFUSED: _("Look at the port: IMAP uses 993, POP3 995. The server may also be down for the moment."),
    Trouble.TIMEOUT: _(
        "Look at the server's name and the port. If both are right, the server is slow or down; we keep trying."
    ),
    Trouble.CUT: _("Look at encryption and port: they may not belong together. Else we keep trying."),
    Trouble.TLS: _("Choose TLS for port 993 or 995, and STARTTLS for port 143 or 110."),
    Trouble.CERTIFICATE: _(
        "Write the server's name as its certificate has it, or have whoever runs the server renew the certificate."
    ),
    Trouble.NO_STARTTLS: _("Choose TLS and port 993 (IMAP) or 995 (POP3)."),
    Trouble.NEEDS_TLS: _("Choose TLS or STARTTLS as encryption."),
    Trouble.PASSWORD: _(
        "Write user name and password anew. The user name is often the whole address. If the account uses two-step "
        "sign-in, make an app password with your mail provider."
    ),
    Trouble.APP_PASSWORD: _(
        "The account's own password does not open it to other programs. Make an app password in the account's "
        "security settings and write it here."
    ),
    Trouble.NEEDS_SIGN_IN: _(
        "Microsoft 365 takes no passwords from mail programs any more. Choose Microsoft 365 as sign-in; if it is not "
        "offered, whoever runs this installation has to register it with Microsoft first."
    ),
    Trouble.SIGN_IN_AGAIN: _(
        "The provider's permission has ended: the password was changed, it was taken back, or it has expired. Sign in "
        "again to go on."
    ),
    Trouble.PROVIDER: _(
        "The provider refuses this installation or does not answer. We keep trying; if it stays so, whoever runs the "
        "installation should look at its registration with the provider."
    ),
    Trouble.FOLDER: _("Write the folder as the server names it. The inbox is always called INBOX."),
    Trouble.BUSY: _(
        "The server has too much to do, or too many programs are signed in to this mailbox. We keep trying."
    ),
    Trouble.SECRET: _("The key of this installation has changed. Write the password again."),
    Trouble.OTHER: _("We keep trying. What the server said may help whoever runs it."),
}


def advice_for(trouble: str) -> str:
    """What to change, in the active language; "" for no trouble."""
    return str(ADVICE[Trouble(trouble)]) if trouble else ""


def trouble_words(trouble: str) -> str:
    """What is wrong, in the active language; "" for no trouble."""
    return str(Trouble(trouble).label) if trouble else ""
