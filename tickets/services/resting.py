"""While rules rest: what a transaction logs meanwhile starts none of them."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

SET = "SELECT set_config('app.rules_rest', %s, true)"


@contextmanager
def rules_rest() -> Iterator[None]:
    """For what rules do themselves, and for history that is written rather than made.

    The trigger that notes what is due looks at this setting of the transaction. After an error the transaction is
    rolled back, and the setting with it.
    """
    with connection.cursor() as cursor:
        cursor.execute(SET, ["on"])
    yield
    with connection.cursor() as cursor:
        cursor.execute(SET, [""])
