"""Which column is which: by the words that people put over them, in Finnish and English."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

NONE = -1


@dataclass(frozen=True, slots=True)
class Column:
    """What a table can say of a thing, and how its column may be called."""

    name: str
    words: tuple[str, ...]
    required: bool = False


NAME = Column("name", ("name", "nimi", "full name", "koko nimi", "customer", "asiakasyritys", "asiakas", "company",
                       "yritys", "product", "tuote", "henkilö", "contact", "yhteyshenkilö"),
              required=True)  # fmt: skip
LANGUAGE = Column("language", ("language", "kieli", "asiointikieli"))
EXPERT = Column("expert", ("expert", "named expert", "asiantuntija", "nimetty asiantuntija", "vastuuhenkilö"))
COLUMNS: Mapping[str, tuple[Column, ...]] = {
    "customers": (
        NAME,
        Column("business_id", ("business id", "y-tunnus", "ytunnus", "number", "asiakasnumero", "company id")),
        Column("country", ("country", "maa", "country code", "maakoodi")),
        Column("city", ("city", "kaupunki", "postitoimipaikka", "paikkakunta", "town")),
        Column("office", ("office", "toimipiste", "served by office", "palveleva toimipiste")),
        LANGUAGE,
        Column("domains", ("domains", "mail domains", "domain", "sähköpostiverkkotunnukset", "verkkotunnukset",
                           "verkkotunnus")),
        EXPERT,
    ),
    "requesters": (
        NAME,
        Column("email", ("email", "e-mail", "mail", "email address", "sähköposti", "sähköpostiosoite", "s-posti"),
               required=True),
        Column("customer", ("customer", "asiakasyritys", "asiakas", "company", "yritys", "organisation",
                            "organization", "organisaatio")),
        Column("phone", ("phone", "puhelin", "puhelinnumero", "telephone", "mobile", "matkapuhelin", "gsm")),
        Column("title", ("title", "job title", "titteli", "nimike", "tehtävä", "tehtävänimike")),
        LANGUAGE,
    ),
    "products": (
        NAME,
        Column("keywords", ("keywords", "words", "avainsanat", "sanat", "hakusanat")),
        EXPERT,
    ),
}  # fmt: skip


def matched(kind: str, head: Sequence[str]) -> dict[str, int]:
    """The place of each column by its head's words; NONE where no head fits, and no place twice."""
    heads = [" ".join(each.casefold().replace("_", " ").split()) for each in head]
    # What belongs to one column only is given away first: a "customer" over people is not their name.
    order = sorted(COLUMNS[kind], key=lambda column: column is NAME)
    found: dict[str, int] = {}
    for column in order:
        places = [heads.index(word) for word in column.words if word in heads]
        found[column.name] = next((place for place in places if place not in found.values()), NONE)
    return found
