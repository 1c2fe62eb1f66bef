"""The links of boards: made once, shown once, taken back."""

from django.db import transaction
from django.utils import timezone

from accounts.actors import Actor
from accounts.services import audit
from core.tokens import new_token, token_hash
from reports.models import Board


@transaction.atomic
def hang(board: Board, *, by: Actor) -> str:
    """Save a new board; returns the token of its link, which is in the returned text and nowhere else."""
    token = new_token()
    board.token_hash = token_hash(token)
    board.save()
    audit.record("board.made", by=by, target=board, office=board.office.name, shows_names=board.shows_names)
    return token


@transaction.atomic
def take_down(board: Board, *, by: Actor) -> None:
    """End the board's link for good; once more does nothing."""
    if Board.objects.open().filter(pk=board.pk).update(revoked_at=timezone.now()):
        audit.record("board.revoked", by=by, target=board)


def find(token: str) -> Board | None:
    """The board that a link is of, revoked or not; None for a token that was never one of this tenant's."""
    return Board.objects.select_related("office").filter(token_hash=token_hash(token)).first()
