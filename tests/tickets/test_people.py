"""Finding and making the person behind an address."""

import pytest

from accounts.models import Requester
from tests.conftest import Cast
from tickets.services.people import new_requester

pytestmark = pytest.mark.django_db


def test_two_workers_with_mails_of_somebody_new_make_one_person(acme: Cast) -> None:
    with acme.scope():
        first = new_requester("uusi@uusi.example", "Uusi Ihminen", customer=None, queue=acme.desk.queue)
        second = new_requester("uusi@uusi.example", "Uusi", customer=None, queue=acme.desk.queue)

        assert second.pk == first.pk
        assert Requester.objects.filter(name__startswith="Uusi").count() == 1
        assert (first.email, second.email) == ("uusi@uusi.example", "uusi@uusi.example")
