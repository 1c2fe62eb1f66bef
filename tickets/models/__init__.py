"""Tickets, their conversation, queues and links."""

from tickets.models.aftercare import Aftercare, Participant, Rating, Reminded
from tickets.models.articles import TicketArticle
from tickets.models.automation import Rule, RuleDue, RuleRun
from tickets.models.bulk import BulkAction, BulkItem
from tickets.models.contacts import Contact, ContactTicket
from tickets.models.conversation import Attachment, Message, TicketEvent, WorkEntry, WorkTimer
from tickets.models.drafts import Draft
from tickets.models.following import Follower, NewsWish
from tickets.models.links import AccessLink, BoundBrowser, UsedFormToken
from tickets.models.notices import Notice, ReminderRule
from tickets.models.origins import Origin
from tickets.models.process import CustomField, FieldChoice, FieldRule, FieldValue, KindName
from tickets.models.promises import PromiseRule
from tickets.models.queues import Queue, QueueTeamGrant, QueueUserGrant, Status, WorkType
from tickets.models.relations import Relation
from tickets.models.responses import CannedResponse, Macro, ResponseText
from tickets.models.sides import SideConversation, SideFile, SideMessage
from tickets.models.tags import Tag, TicketTag
from tickets.models.tasks import TicketTask
from tickets.models.tickets import Ticket, TicketCounter
from tickets.models.views import SavedView
from tickets.models.words import TicketWords

__all__ = [
    "AccessLink",
    "Aftercare",
    "Attachment",
    "BoundBrowser",
    "BulkAction",
    "BulkItem",
    "CannedResponse",
    "Contact",
    "ContactTicket",
    "CustomField",
    "Draft",
    "FieldChoice",
    "FieldRule",
    "FieldValue",
    "Follower",
    "KindName",
    "Macro",
    "Message",
    "NewsWish",
    "Notice",
    "Origin",
    "Participant",
    "PromiseRule",
    "Queue",
    "QueueTeamGrant",
    "QueueUserGrant",
    "Rating",
    "Relation",
    "Reminded",
    "ReminderRule",
    "ResponseText",
    "Rule",
    "RuleDue",
    "RuleRun",
    "SavedView",
    "SideConversation",
    "SideFile",
    "SideMessage",
    "Status",
    "Tag",
    "Ticket",
    "TicketArticle",
    "TicketCounter",
    "TicketEvent",
    "TicketTag",
    "TicketTask",
    "TicketWords",
    "UsedFormToken",
    "WorkEntry",
    "WorkTimer",
    "WorkType",
]
