"""The doors by which the sweeps find what waits: for an instant, for a worker, or for a clock to look at it."""

from django.db import migrations

from core.doors import make_door

SCHEDULED = """
    SELECT tenant_id, id FROM tickets_ticket
    WHERE scheduled_until <= now() ORDER BY scheduled_until LIMIT how_many
"""
DUE_NOTICES = """
    SELECT DISTINCT tenant_id, member_id FROM tickets_notice
    WHERE settled_at IS NULL AND send_at <= now() ORDER BY 1, 2 LIMIT how_many
"""
UNFINISHED_BULK = """
    SELECT tenant_id, id FROM tickets_bulkaction WHERE finished_at IS NULL ORDER BY id LIMIT how_many
"""
DUE_RULES = """
    SELECT tenant_id, id FROM tickets_ruledue WHERE not_before <= now() ORDER BY not_before, id LIMIT how_many
"""
RULE_CLOCKS = "SELECT tenant_id, id FROM tickets_rule WHERE is_on AND clock <> ''"
REMINDER_RULES = "SELECT tenant_id, id FROM tickets_reminderrule WHERE is_on ORDER BY 1, 2"
AFTERCARE = "SELECT tenant_id, id FROM tickets_aftercare WHERE is_on"


class Migration(migrations.Migration):
    dependencies = [("tickets", "0003_words")]
    operations = [
        make_door("door_scheduled_tickets", "how_many integer", SCHEDULED),
        make_door("door_due_notices", "how_many integer", DUE_NOTICES),
        make_door("door_bulk_actions", "how_many integer", UNFINISHED_BULK),
        make_door("door_due_rules", "how_many integer", DUE_RULES),
        make_door("door_rule_clocks", "", RULE_CLOCKS),
        make_door("door_reminder_rules", "", REMINDER_RULES),
        make_door("door_aftercare", "", AFTERCARE),
    ]
