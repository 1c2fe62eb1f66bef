"""What is logged wakes the rules that wait for it.

A trigger notes, in the transaction that logs an event, that a rule of the tenant waits for such an event, so that no
code can forget to and none is lost when transactions end in another order. What a rule does itself is left out: its
transaction bears the setting app.rules_rest, and its entries say whose they are. (docs/adr/0020)
"""

from django.conf import settings
from django.db import migrations

NOTE_DUE = """
    CREATE FUNCTION note_due_rules() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
    BEGIN
        IF nullif(current_setting('app.rules_rest', true), '') IS NULL THEN
            INSERT INTO tickets_ruledue (tenant_id, rule_id, ticket_id, event_id, not_before, tries)
            SELECT added.tenant_id, rule.id, added.ticket_id, added.id, now(), 0
            FROM added JOIN tickets_rule AS rule ON rule.tenant_id = added.tenant_id
            WHERE rule.is_on AND added.kind = ANY (rule.events) AND added.data -> 'by_rule' IS NULL
            ORDER BY added.id, rule.position, rule.id;
        END IF;
        RETURN NULL;
    END $$
"""
LISTEN = """
    CREATE TRIGGER due_rules AFTER INSERT ON tickets_ticketevent REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION note_due_rules()
"""


def grants() -> list[str]:
    made = "FUNCTION note_due_rules()"
    return [
        f"REVOKE ALL ON {made} FROM PUBLIC",
        f'GRANT EXECUTE ON {made} TO "{settings.VASTE_APP_ROLE}"',
    ]


class Migration(migrations.Migration):
    dependencies = [("tickets", "0004_doors")]
    operations = [migrations.RunSQL([NOTE_DUE, *grants(), LISTEN], ["DROP FUNCTION note_due_rules() CASCADE"])]
