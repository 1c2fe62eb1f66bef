"""The mails of side conversations: to whom is asked, and to whoever has the ticket when an answer comes."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from accounts.models import Membership
from outbox.enums import Purpose
from outbox.models import OutgoingMail
from outbox.services.queueing import File, Mail, queue
from tickets.models import SideConversation, SideFile, SideMessage, Ticket
from tickets.services.letters import Content, Reader, member_reader, reading_as
from tickets.threads import make_side_message_id, side_address, tag, tagged_subject, without_our_links


def send(ticket: Ticket, side: SideConversation, message: SideMessage) -> OutgoingMail:
    """The desk's words to all who were asked, with nothing of the ticket but what its writer chose.

    No reference leads to the ticket's own thread, and no link of ours goes along in what is quoted.
    """
    desk, office = ticket.queue.address, ticket.queue.office
    earlier = _thread(side, message)
    reader = Reader(side.addresses[0], office.language, office.time_zone)
    with reading_as(reader):
        footer = f"{ticket.tenant.name}, {tag(ticket.tenant, ticket.number)}"
        content = Content(title="", body=without_our_links(message.text), footer=footer)
    return queue(
        Mail(
            purpose=Purpose.SIDE,
            message_id=make_side_message_id(ticket.tenant_id, side.pk, desk),
            references=earlier,
            in_reply_to=earlier[-1] if earlier else "",
            from_name=f"{message.author_name}, {ticket.tenant.name}",
            from_address=desk,
            reply_to=side_address(ticket.tenant_id, side.pk, desk),
            to=side.addresses,
            subject=tagged_subject(ticket.tenant, ticket.number, side.subject),
            text=content.as_text(),
            language=reader.language,
            files=_files(message.files.all()),
            about=ticket.pk,
            key=f"side:{message.pk}",
        )
    )


def forward(ticket: Ticket, side: SideConversation, message: SideMessage, member: Membership) -> OutgoingMail:
    """Tell whoever has the ticket what was answered; their reply to this mail goes to those who were asked."""
    reader, desk = member_reader(member), ticket.queue.address
    with reading_as(reader):
        number = tag(ticket.tenant, ticket.number)
        content = Content(
            title=side.subject,
            over_title=_("%(name)s answered about %(number)s, unseen by the requester")
            % {"name": message.author_name, "number": number},
            note=_("Replying to this mail answers %(addresses)s.") % {"addresses": ", ".join(side.addresses)},
            quote=message.text,
            buttons=[(_("Open the ticket"), ticket.tenant.url(ticket.get_absolute_url()), True)],
            footer=message.caution_words,
        )
        subject = tagged_subject(ticket.tenant, ticket.number, side.subject)
        return queue(
            Mail(
                purpose=Purpose.SIDE,
                message_id=make_side_message_id(ticket.tenant_id, side.pk, desk),
                from_name=ticket.tenant.name,
                from_address=desk,
                reply_to=side_address(ticket.tenant_id, side.pk, desk),
                to=[reader.email],
                subject=subject,
                text=content.as_text(),
                html=content.as_html(subject, reader.language),
                language=reader.language,
                files=_files(message.files.all()),
                about=ticket.pk,
                key=f"side:{message.pk}:{member.pk}",
                automatic=True,
            )
        )


def _thread(side: SideConversation, message: SideMessage) -> list[str]:
    earlier = side.messages.exclude(mail_id="").exclude(pk=message.pk).order_by("at", "pk")
    return list(earlier.values_list("mail_id", flat=True))


def _files(rows: Iterable[SideFile]) -> list[File]:
    return [File(row.name, row.content_type, row.storage_key, row.size) for row in rows]
