"""Texts as requesters write them: a vocabulary of Finnish and English whose words are as unequal as life's."""

from itertools import accumulate
from random import Random

# How many different words there are, how many a sentence has, and how many sentences there are. The second word is
# half as frequent as the first, the third a third, and so on.
SIZE, LONGEST, SHORTEST, SENTENCES = 20_000, 30, 7, 20_000
FINNISH = """
    pumppu hissi linja venttiili moottori anturi kuljetin lasku tilaus toimitus ohjaus paine laakeri hihna varaosa
    käyttäjä salasana tulostin palvelin verkko sopimus huolto vika hälytys raportti laite näyttö kytkin säiliö putki
"""
ENGLISH = """
    pump line valve motor sensor order invoice delivery pressure bearing belt part user password printer server
    network contract service fault alarm report device screen switch tank pipe stops slips leaks works again please
"""
ENDINGS = ("", "n", "ssa", "sta", "lla", "lle", "t", "jen", "ista", "na")
SYLLABLES = """
    ka la mi no pu re si to va ye hä ki lo mu ne pi ra su te vo jo kää lii moo nuo pai rau sei tuu väy
"""
# What PostgreSQL's own full text does, without forms of words and rights: messages' words, newest tickets first.
# Without the CTE PostgreSQL would go through the tickets by their ids and read each message.
PLAIN = """
    WITH told AS MATERIALIZED (
        SELECT ticket_id FROM tickets_message
        WHERE tenant_id = %s AND to_tsvector('simple', text) @@ plainto_tsquery('simple', %s)
    )
    SELECT DISTINCT ticket_id FROM told ORDER BY ticket_id DESC LIMIT 50
"""
FRAME = "Hei,\\n\\n{}.\\n\\n{}.\\n\\nYstävällisin terveisin\\n{}"


class Writer:
    """Writes texts, the same ones for the same seed, ready for COPY."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)  # no secret
        weights = list(accumulate(1 / rank for rank in range(1, SIZE + 1)))
        drawn, known = self._random.choices, vocabulary()
        lengths = [self._random.randint(SHORTEST, LONGEST) for _ in range(SENTENCES)]
        # Two of them make a message: drawing each word of millions anew would take longer than everything else.
        self._sentences = [" ".join(drawn(known, cum_weights=weights, k=length)).capitalize() for length in lengths]

    def title(self) -> str:
        return self._random.choice(self._sentences)[:50].rpartition(" ")[0]

    def text(self, name: str, *, holding: str = "") -> str:
        """Two paragraphs between greeting and name; `holding` is a word to be found in it."""
        first, second = self._random.choices(self._sentences, k=2)
        return FRAME.format(f"{first} {holding}".strip(), second, name)


def vocabulary() -> list[str]:
    """SIZE different words: those of a trade, inflected, in both languages, and names of things made of syllables."""
    made = Random(1)
    stems, english, syllables = FINNISH.split(), ENGLISH.split(), SYLLABLES.split()
    known = [word for pair in zip(stems, english, strict=False) for word in pair] + english
    known += [stem + ending for ending in ENDINGS for stem in stems]
    found = dict.fromkeys(known)
    while len(found) < SIZE:
        root = "".join(made.choices(syllables, k=made.randint(2, 4)))
        found.setdefault(root)
        found.setdefault(root + made.choice(ENDINGS[1:]))
    return list(found)[:SIZE]
