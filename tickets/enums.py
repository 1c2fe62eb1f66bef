"""Closed lists of the ticket's life."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class StatusClass(TextChoices):
    """What a status means to clocks and rules; teams name their own statuses, each of one class."""

    NEW = "new", _("New")
    OPEN = "open", _("Under investigation")
    WAITING_REQUESTER = "waiting_requester", _("Waits for requester")
    WAITING_THIRD_PARTY = "waiting_third_party", _("Waits for supplier")
    SCHEDULED = "scheduled", _("Scheduled")
    RESOLVED = "resolved", _("Resolved")
    CLOSED = "closed", _("Closed")
    MERGED = "merged", _("Merged")


UNFINISHED = [
    StatusClass.NEW,
    StatusClass.OPEN,
    StatusClass.WAITING_REQUESTER,
    StatusClass.WAITING_THIRD_PARTY,
    StatusClass.SCHEDULED,
]
FINISHED = [StatusClass.RESOLVED, StatusClass.CLOSED, StatusClass.MERGED]


class Kind(TextChoices):
    """What sort of matter a ticket is."""

    REQUEST = "request", _("Request")
    FAULT = "fault", _("Fault")
    ORDER = "order", _("Order")
    FEEDBACK = "feedback", _("Feedback")
    INCIDENT = "incident", _("Incident")
    DEVELOPMENT = "development", _("Development item")


class Channel(TextChoices):
    """How a matter reached the desk."""

    MAIL = "mail", _("Mail")
    PHONE = "phone", _("Phone")
    PORTAL = "portal", _("Portal")
    DESK = "desk", _("Written by the desk")


class ContactChannel(TextChoices):
    """How somebody was met, beside mail."""

    PHONE = "phone", _("Phone")
    CORRIDOR = "corridor", _("Corridor")
    CHAT = "chat", _("Chat")
    OTHER = "other", _("Other")


class MessageKind(TextChoices):
    """Who wrote a message, and who may read it."""

    REQUESTER = "requester", _("Requester")
    REPLY = "reply", _("Reply to customer")
    NOTE = "note", _("Internal note")


class Mode(TextChoices):
    """What a member writes with the composer; the values are those of the messages that it makes."""

    REPLY = MessageKind.REPLY.value, _("Reply to customer")
    NOTE = MessageKind.NOTE.value, _("Internal note")


class EventKind(TextChoices):
    """What can happen to a ticket; the log that timeline, clocks and reports read."""

    RECEIVED = "received", _("Received")
    RECEPTION_CORRECTED = "reception_corrected", _("Reception time corrected")
    POLICY = "policy", _("Promises chosen")
    STATUS = "status", _("Status changed")
    ASSIGNED = "assigned", _("Assigned")
    MOVED = "moved", _("Moved to a queue")
    CHANGED = "changed", _("Facts changed")
    MESSAGE = "message", _("Requester wrote")
    REPLY = "reply", _("Reply written")
    DELIVERED = "delivered", _("Reply delivered")
    UNDELIVERED = "undelivered", _("Reply not delivered")
    NOTE = "note", _("Note written")
    WORK_STARTED = "work_started", _("Investigation started")
    RESTORED = "restored", _("Service restored")
    WORK_LOGGED = "work_logged", _("Work logged")
    WORK_CORRECTED = "work_corrected", _("Work corrected")
    SOLUTION = "solution", _("Solution written")
    CONFIRMED = "confirmed", _("Requester confirmed the solution")
    REJECTED = "rejected", _("Requester says it is still broken")
    BREACHED = "breached", _("Promise broken")
    REMINDED = "reminded", _("Reminder sent")
    FOLLOW_UP = "follow_up", _("Follow-up opened")
    NEXT_STEP = "next_step", _("Next step written")
    UNDONE = "undone", _("Reply taken back")
    TAGGED = "tagged", _("Tagged")
    MERGED = "merged", _("Merged into another ticket")
    MERGED_FROM = "merged_from", _("Another ticket merged into it")
    LINKED = "linked", _("Linked to another ticket")
    SPLIT = "split", _("A message became a ticket of its own")
    SPLIT_FROM = "split_from", _("Opened from a message of another ticket")
    RULE_LEFT_OUT = "rule_left_out", _("A rule was left out")
    IMPORTED = "imported", _("Taken over from another desk")
    SIDE_ASKED = "side_asked", _("Somebody else asked")
    SIDE_ANSWERED = "side_answered", _("Somebody else answered")
    SIDE_SETTLED = "side_settled", _("No answer awaited any more")
    TASK_DONE = "task_done", _("Task done")
    TASK_UNDONE = "task_undone", _("Task opened again")
    ASKED_AGAIN = "asked_again", _("Requester asked again whether it works")
    UNANSWERED = "unanswered", _("Closed without an answer")
    INVITED = "invited", _("A colleague was asked in")
    RATED = "rated", _("Requester said how it was")


class RelationKind(TextChoices):
    """What a ticket is to another one."""

    RELATED = "related", _("Related to")
    DUPLICATE = "duplicate", _("Duplicate of")
    PART = "part", _("Part of")
    CAUSED = "caused", _("Caused by")


class BulkKind(TextChoices):
    """What is done to many tickets at once."""

    ASSIGN = "assign", _("Assign")
    MOVE = "move", _("Move to queue")
    STATUS = "status", _("Set status")
    PRIORITY = "priority", _("Set priority")
    KIND = "kind", _("Set kind")
    TAG = "tag", _("Add tag")
    UNTAG = "untag", _("Remove tag")
    MACRO = "macro", _("Run macro")


class BulkState(TextChoices):
    """What became of one of many tickets."""

    PLANNED = "planned", _("Waits for its turn")
    DONE = "done", _("Changed")
    UNCHANGED = "unchanged", _("Was so already")
    REFUSED = "refused", _("Left as it was")
    UNDONE = "undone", _("Taken back")
    KEPT = "kept", _("Changed since, so it stays")


class Audience(TextChoices):
    """Who has a saved view, a canned response or a macro."""

    MINE = "mine", _("Only me")
    TEAM = "team", _("A team")
    ALL = "all", _("Everybody")


class LinkPurpose(TextChoices):
    """What a signed link opens."""

    WORK = "work", _("One ticket, for its consultant")
    CONFIRM = "confirm", _("The solution, for its requester")
    RATE = "rate", _("How it was, for its requester")


class NoticeKind(TextChoices):
    """Why a member hears of a ticket: a step of a promise, a silence that a rule minds, their own wish, or news."""

    PROMISE = "promise", _("Promise")
    UNTOUCHED = "untouched", _("Nobody has touched it")
    IDLE = "idle", _("Nothing has happened")
    SILENT = "silent", _("No word to the requester")
    WAITING = "waiting", _("The requester has not answered")
    SNOOZED = "snoozed", _("Asked for by themselves")
    ASSIGNED = "assigned", _("Assigned to them")
    ANSWERED = "answered", _("The requester wrote")
    FOLLOWED = "followed", _("The requester wrote on a ticket that they follow")
    MENTIONED = "mentioned", _("Mentioned in a note")
    NOTED = "noted", _("A note on a ticket of theirs")
    ARRIVED = "arrived", _("A new ticket in their queues")
    RULE = "rule", _("A rule of the desk")


class NewsKind(TextChoices):
    """What a member may want to hear of as it happens; the values are those of the notices that tell it."""

    ASSIGNED = NoticeKind.ASSIGNED.value, _("A ticket is assigned to me")
    ANSWERED = NoticeKind.ANSWERED.value, _("The requester writes on a ticket of mine")
    FOLLOWED = NoticeKind.FOLLOWED.value, _("The requester writes on a ticket that I follow")
    MENTIONED = NoticeKind.MENTIONED.value, _("Somebody mentions me in a note")
    NOTED = NoticeKind.NOTED.value, _("Somebody notes something on a ticket that I have or follow")
    ARRIVED = NoticeKind.ARRIVED.value, _("A new ticket arrives in my queues")
    RULE = NoticeKind.RULE.value, _("A rule of the desk tells me of a ticket")


class ByMail(TextChoices):
    """When news is mailed to a member."""

    NOW = "now", _("Mail at once")
    DIGEST = "digest", _("One mail each morning")
    NEVER = "never", _("No mail")


class NoticeEnd(TextChoices):
    """What became of a notice. All but the first two say why nobody needs to hear it any more."""

    OPEN = "", _("Waits to be told")
    TOLD = "told", _("Told")
    FINISHED = "finished", _("The ticket is finished")
    SETTLED = "settled", _("The promise is kept or no longer counts")
    OVERTAKEN = "overtaken", _("A later notice says more")
    STIRRED = "stirred", _("Something has happened since")
    SNOOZED = "snoozed", _("The member wants to hear later")
    HIDDEN = "hidden", _("The member may not see the ticket any more")
    WITHDRAWN = "withdrawn", _("The member took it back")


class SilenceKind(TextChoices):
    """What a reminder rule minds; the values are those of the notices that it makes."""

    UNTOUCHED = NoticeKind.UNTOUCHED.value, _("Nobody has touched a new or unassigned ticket")
    IDLE = NoticeKind.IDLE.value, _("Nothing has happened on an assigned ticket")
    SILENT = NoticeKind.SILENT.value, _("No word to the requester")
    WAITING = NoticeKind.WAITING.value, _("The requester has not answered")


class Unit(TextChoices):
    """What a rule counts in."""

    HOURS = "hours", _("Hours")
    DAYS = "days", _("Days")


class Hearer(TextChoices):
    """Whom a rule tells; where nobody is that, the next one hears it."""

    ASSIGNEE = "assignee", _("The consultant")
    TEAM = "team", _("The queue's teams")
    LEADS = "leads", _("Team leads")


class FieldType(TextChoices):
    """What is filled in a team's own field."""

    TEXT = "text", _("One line of text")
    LONG = "long", _("Text of several lines")
    CHOICE = "choice", _("One choice")
    CHOICES = "choices", _("Several choices")
    NUMBER = "number", _("Number")
    DAY = "day", _("Date")
    YES = "yes", _("Yes or no")


class FieldEffect(TextChoices):
    """What a rule says of a team's own field; the values are those of tickets.requirements.Effect."""

    SHOWN = "shown", _("Shown only")
    MADE = "made", _("Needed when the ticket is made or accepted")
    RESOLVED = "resolved", _("Needed before the ticket is resolved")


class RuleEvent(TextChoices):
    """What a rule can wait for; the values are those of the events."""

    OPENED = EventKind.RECEIVED.value, _("A ticket is opened")
    WROTE = EventKind.MESSAGE.value, _("The requester writes more")
    REPLY = EventKind.REPLY.value, _("Somebody replies to the requester")
    NOTE = EventKind.NOTE.value, _("Somebody writes a note")
    STATUS = EventKind.STATUS.value, _("The status changes")
    ASSIGNED = EventKind.ASSIGNED.value, _("It is assigned")
    MOVED = EventKind.MOVED.value, _("It is moved to a queue")
    CHANGED = EventKind.CHANGED.value, _("A fact changes, such as priority or customer")
    TAGGED = EventKind.TAGGED.value, _("A tag is added or removed")
    BREACHED = EventKind.BREACHED.value, _("A promise is broken")
    CONFIRMED = EventKind.CONFIRMED.value, _("The requester confirms the solution")
    REJECTED = EventKind.REJECTED.value, _("The requester says it is still broken")


class RuleClock(TextChoices):
    """The instants of a ticket that a rule can count from."""

    RECEIVED = "received", _("The ticket is received")
    ACTIVITY = "activity", _("The last activity")
    WORD = "word", _("The last word to the requester")
    STATUS = "status", _("Its status was entered")


class RunState(TextChoices):
    """What became of a rule on one ticket."""

    DONE = "done", _("Changed")
    UNCHANGED = "unchanged", _("Was so already")
    REFUSED = "refused", _("Left as it was")
    STOPPED = "stopped", _("Left out: too many rules at once")
    FAILED = "failed", _("Failed")
    UNDONE = "undone", _("Taken back")


class ArticleTie(TextChoices):
    """What an article has to do with a ticket."""

    SENT = "sent", _("Sent in a reply")
    DRAFTED = "drafted", _("Written from its solution")


class Billing(TextChoices):
    """What becomes of work; the values of billing.rating.work.Billing."""

    BILLABLE = "billable", _("Billable")
    GOODWILL = "goodwill", _("Goodwill")
    WARRANTY = "warranty", _("Warranty")
    INTERNAL = "internal", _("Internal")
