"""Row-level security and composite keys for this app's tables."""

from django.db import migrations

from core.rls import SecureTenantTables


class Migration(migrations.Migration):
    dependencies = [("tickets", "0001_initial"), ("knowledge", "0002_walls"), ("sla", "0002_walls")]
    operations = [
        SecureTenantTables(
            "Queue",
            "QueueUserGrant",
            "QueueTeamGrant",
            "Status",
            "WorkType",
            "TicketCounter",
            "Ticket",
            "Aftercare",
            "Reminded",
            "Rating",
            "Participant",
            "TicketArticle",
            "Message",
            "Attachment",
            "WorkEntry",
            "WorkTimer",
            "SavedView",
            "Rule",
            "BulkAction",
            "BulkItem",
            "Contact",
            "ContactTicket",
            "Draft",
            "Follower",
            "NewsWish",
            "IncidentText",
            "AccessLink",
            "BoundBrowser",
            "UsedFormToken",
            "ReminderRule",
            "Notice",
            "Origin",
            "CustomField",
            "FieldChoice",
            "FieldRule",
            "FieldValue",
            "KindName",
            "PromiseRule",
            "Relation",
            "CannedResponse",
            "ResponseText",
            "Macro",
            "SideConversation",
            "SideMessage",
            "SideFile",
            "Tag",
            "TicketTag",
            "TicketTask",
            "TicketWords",
        ),
        SecureTenantTables("TicketEvent", append_only=True),
        # These point to entries of the log.
        SecureTenantTables("RuleDue", "RuleRun"),
    ]
