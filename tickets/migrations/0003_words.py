"""One row of words for each ticket, kept by PostgreSQL itself, and a door that finds by them.

A row holds the words of title, solution, conversation, attachments' names and the names of requester and customer: as
they are written, with their places, and reduced to their Finnish and English stems. It also holds a word that names
the tenant and that no text can hold, so that the index answers for one tenant only. Triggers write it, so that no code
can forget to. (docs/adr/0018)
"""

from django.conf import settings
from django.db import migrations

from core.doors import make_door

FUNCTIONS = [
    # ASCII's punctuation parts words, for texts and for questions alike: PostgreSQL's parser would read E-203 as a
    # number below zero, and an address or a file's name as one word. (translate() takes twenty times as long.)
    r"""
    CREATE FUNCTION parted(told text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT regexp_replace(told, '[!-/:-@\[-`{-~]+', ' ', 'g') $$
    """,
    """
    CREATE FUNCTION words_of(tenant bigint, told text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path = public, pg_temp AS $$
        SELECT told.words || array_to_tsvector(ARRAY['@' || tenant]) || coalesce((
            SELECT array_to_tsvector(array_agg(stem)) FROM unnest(tsvector_to_array(told.words)) AS word,
                unnest(ts_lexize('finnish_stem', word) || ts_lexize('english_stem', word)) AS stem
        ), '')
        FROM (SELECT to_tsvector('simple', parted(left(told, 100000))) AS words OFFSET 0) AS told
    $$
    """,
    # Any form of one word: as it is written or begins, or with the same stem in either language.
    """
    CREATE FUNCTION any_form(word text) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp AS $$
        SELECT string_agg(DISTINCT form, ' | ')::tsquery FROM (
            SELECT quote_literal(word) || CASE WHEN length(word) > 2 THEN ':*' ELSE '' END
            UNION ALL SELECT quote_literal(stem) FROM unnest(
                coalesce(ts_lexize('finnish_stem', word), '{}') || coalesce(ts_lexize('english_stem', word), '{}')
            ) AS stem
        ) AS forms (form)
    $$
    """,
    # Lines of words and of phrases; the tenant's own word makes the query one that an index can answer.
    """
    CREATE FUNCTION words_wanted(tenant bigint, words text, phrases text, unwanted text, without text)
    RETURNS tsquery LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = public, pg_temp AS $$
    DECLARE
        wanted tsquery := quote_literal('@' || tenant)::tsquery;
        told text;
    BEGIN
        FOREACH told IN ARRAY string_to_array(words, E'\\n') LOOP
            wanted := wanted && any_form(lower(told));
        END LOOP;
        FOREACH told IN ARRAY string_to_array(phrases, E'\\n') LOOP
            wanted := wanted && phraseto_tsquery('simple', parted(told));
        END LOOP;
        FOREACH told IN ARRAY string_to_array(unwanted, E'\\n') LOOP
            wanted := wanted && !! any_form(lower(told));
        END LOOP;
        FOREACH told IN ARRAY string_to_array(without, E'\\n') LOOP
            wanted := wanted && !! phraseto_tsquery('simple', parted(told));
        END LOOP;
        RETURN wanted;
    END $$
    """,
    # A conversation that has more words than one row can hold keeps those it has.
    """
    CREATE FUNCTION add_words(of_tenant bigint, of_ticket bigint, told text) RETURNS void LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
    BEGIN
        INSERT INTO tickets_ticketwords AS kept (tenant_id, ticket_id, words)
        VALUES (of_tenant, of_ticket, words_of(of_tenant, told))
        ON CONFLICT (tenant_id, ticket_id) DO UPDATE SET words = kept.words || excluded.words;
    EXCEPTION WHEN program_limit_exceeded THEN NULL;
    END $$
    """,
    """
    CREATE FUNCTION names_told(of_requester bigint, of_customer bigint) RETURNS text LANGUAGE sql STABLE
    SET search_path = public, pg_temp AS $$
        SELECT concat_ws(E'\\n', (SELECT name FROM accounts_requester WHERE id = of_requester),
            (SELECT name FROM accounts_customer WHERE id = of_customer))
    $$
    """,
    """
    CREATE FUNCTION all_told(of_tenant bigint, of_ticket bigint) RETURNS text LANGUAGE sql STABLE
    SET search_path = public, pg_temp AS $$
        SELECT concat_ws(E'\\n', ticket.title, ticket.solution, names_told(ticket.requester_id, ticket.customer_id), (
            SELECT string_agg(message.text, E'\\n' ORDER BY message.at, message.id) FROM tickets_message AS message
            WHERE message.tenant_id = of_tenant AND message.ticket_id = of_ticket
        ), (
            SELECT string_agg(file.name, E'\\n') FROM tickets_attachment AS file
            WHERE file.tenant_id = of_tenant AND file.ticket_id = of_ticket
        )) FROM tickets_ticket AS ticket WHERE ticket.tenant_id = of_tenant AND ticket.id = of_ticket
    $$
    """,
    """
    CREATE FUNCTION collect_words(of_tenant bigint, of_ticket bigint) RETURNS void LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
    BEGIN
        UPDATE tickets_ticketwords AS kept SET words = words_of(of_tenant, all_told(of_tenant, of_ticket))
        WHERE kept.tenant_id = of_tenant AND kept.ticket_id = of_ticket;
    EXCEPTION WHEN program_limit_exceeded THEN NULL;
    END $$
    """,
    """
    CREATE FUNCTION keep_words() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
    BEGIN
        IF TG_OP = 'INSERT' THEN
            CASE TG_TABLE_NAME
                WHEN 'tickets_ticket' THEN
                    PERFORM add_words(NEW.tenant_id, NEW.id, concat_ws(
                        E'\\n', NEW.title, NEW.solution, names_told(NEW.requester_id, NEW.customer_id)
                    ));
                WHEN 'tickets_message' THEN PERFORM add_words(NEW.tenant_id, NEW.ticket_id, NEW.text);
                ELSE PERFORM add_words(NEW.tenant_id, NEW.ticket_id, NEW.name);
            END CASE;
        ELSIF TG_TABLE_NAME = 'tickets_ticket' THEN
            PERFORM collect_words(NEW.tenant_id, NEW.id);
        ELSE
            PERFORM collect_words(OLD.tenant_id, OLD.ticket_id);
            IF TG_OP = 'UPDATE' AND NEW.ticket_id <> OLD.ticket_id THEN
                PERFORM collect_words(NEW.tenant_id, NEW.ticket_id);
            END IF;
        END IF;
        RETURN NULL;
    END $$
    """,
]
TRIGGERS = [
    "CREATE TRIGGER new_words AFTER INSERT ON tickets_{table} FOR EACH ROW EXECUTE FUNCTION keep_words()",
    (
        "CREATE TRIGGER other_words AFTER UPDATE OF {columns} ON tickets_{table} FOR EACH ROW "
        "WHEN (({old}) IS DISTINCT FROM ({new})) EXECUTE FUNCTION keep_words()"
    ),
    "CREATE TRIGGER fewer_words AFTER DELETE ON tickets_{table} FOR EACH ROW EXECUTE FUNCTION keep_words()",
]
# A ticket that goes takes its row of words along.
TABLES = {
    "ticket": ("title", "solution", "requester_id", "customer_id"),
    "message": ("text", "ticket_id"),
    "attachment": ("name", "ticket_id"),
}
FIND = """
    SELECT tenant_id, ticket_id FROM (
        SELECT kept.tenant_id, kept.ticket_id FROM tickets_ticketwords AS kept, (
            SELECT nullif(current_setting('app.tenant_id', true), '')::bigint AS tenant
        ) AS here
        WHERE kept.tenant_id = here.tenant
            AND kept.words @@ words_wanted(here.tenant, any_of, phrases, none_of, no_phrases)
        OFFSET 0
    ) AS found (tenant_id, ticket_id)
    WHERE before = 0 OR found.ticket_id < before
    ORDER BY found.ticket_id DESC LIMIT how_many
"""
FUNCTION_NAMES = {
    "parted": "text",
    "words_of": "bigint, text",
    "any_form": "text",
    "words_wanted": "bigint, text, text, text, text",
    "add_words": "bigint, bigint, text",
    "names_told": "bigint, bigint",
    "all_told": "bigint, bigint",
    "collect_words": "bigint, bigint",
    "keep_words": "",
}


def triggers() -> list[str]:
    made = []
    for table, columns in TABLES.items():
        old, new = (", ".join(f"{row}.{column}" for column in columns) for row in ("OLD", "NEW"))
        kinds = TRIGGERS[:2] if table == "ticket" else TRIGGERS
        made += [sql.format(table=table, columns=", ".join(columns), old=old, new=new) for sql in kinds]
    return made


def grants() -> list[str]:
    role, made = settings.VASTE_APP_ROLE, []
    for name, arguments in FUNCTION_NAMES.items():
        made.append(f"REVOKE ALL ON FUNCTION {name}({arguments}) FROM PUBLIC")
        made.append(f'GRANT EXECUTE ON FUNCTION {name}({arguments}) TO "{role}"')
    return made


class Migration(migrations.Migration):
    dependencies = [("tickets", "0002_walls")]
    operations = [
        migrations.RunSQL(
            [*FUNCTIONS, *grants(), *triggers()],
            [f"DROP FUNCTION {name}({arguments}) CASCADE" for name, arguments in FUNCTION_NAMES.items()],
        ),
        make_door(
            "search_tickets",
            "any_of text, phrases text, none_of text, no_phrases text, before bigint, how_many integer",
            FIND,
        ),
    ]
