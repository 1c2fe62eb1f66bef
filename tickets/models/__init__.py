"""Tickets, their conversation, queues and links."""

from tickets.models.conversation import Attachment, Message, TicketEvent, WorkEntry
from tickets.models.links import AccessLink, BoundBrowser, UsedFormToken
from tickets.models.notices import Notice, ReminderRule
from tickets.models.promises import PromiseRule
from tickets.models.queues import Queue, QueueTeamGrant, QueueUserGrant, Status, WorkType
from tickets.models.tickets import Ticket, TicketCounter
from tickets.models.words import TicketWords

__all__ = [
    "AccessLink",
    "Attachment",
    "BoundBrowser",
    "Message",
    "Notice",
    "PromiseRule",
    "Queue",
    "QueueTeamGrant",
    "QueueUserGrant",
    "ReminderRule",
    "Status",
    "Ticket",
    "TicketCounter",
    "TicketEvent",
    "TicketWords",
    "UsedFormToken",
    "WorkEntry",
    "WorkType",
]
