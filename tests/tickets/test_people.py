"""Finding and making the person behind an address."""

import threading

import pytest
from django.db import connection

from accounts.models import Requester
from tests.conftest import Cast
from tickets.services.people import new_requester, requester_for

pytestmark = pytest.mark.django_db(transaction=True)
ADDRESS = "uusi@uusi.example"


def test_whoever_writes_to_somebody_new_while_their_mail_comes_in_means_the_same_person(acme: Cast) -> None:
    """The second one waits for the first one's commit, fails, and finds whom the first one made."""
    made, found = threading.Event(), []

    def ask() -> None:
        with acme.scope():
            made.wait()
            found.append(requester_for(ADDRESS, "Uusi", customer=None, queue=acme.desk.queue))
        connection.close()

    other = threading.Thread(target=ask)
    other.start()
    with acme.scope():
        first = new_requester(ADDRESS, "Uusi Ihminen", customer=None, queue=acme.desk.queue)
        made.set()
        other.join(0.5)
        assert other.is_alive()
    other.join()

    assert [person.pk for person in found] == [first.pk]
    with acme.scope():
        assert Requester.objects.filter(name__startswith="Uusi").count() == 1
        assert (first.email, found[0].email) == (ADDRESS, ADDRESS)
