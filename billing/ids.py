"""What rating calls rows: ids that no two kinds of row share, since its findings name any of them. Pure."""

CONTRACT, ENTRY, LOT = "C", "W", "L"


def contract_id(pk: int) -> str:
    return f"{CONTRACT}{pk}"


def entry_id(pk: int) -> str:
    return f"{ENTRY}{pk}"


def lot_id(pk: int) -> str:
    return f"{LOT}{pk}"


def ticket_id(number: int) -> str:
    """A ticket goes by its number, which invoices show."""
    return str(number)


def pk_of(row: str) -> int:
    """The primary key in the id of a contract, an entry or a lot. Raises ValueError for another id."""
    if row[:1] not in (CONTRACT, ENTRY, LOT):
        raise ValueError(f"no row: {row!r}")
    return int(row[1:])
