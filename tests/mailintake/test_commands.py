"""Commands in a member's mail: what is one, what it means, and that no word gets lost."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailintake.commands import Command, Verb, read_commands

V = Verb


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("#start", Command(V.START)),
        ("#Aloita", Command(V.START)),
        ("  #start  ", Command(V.START)),
        ("#time 45", Command(V.TIME, "", 45)),
        ("#time 1h 30min", Command(V.TIME, "", 90)),
        ("#time 1:30 drive to Kouvola", Command(V.TIME, "drive to Kouvola", 90)),
        ("#aika 1,5 h", Command(V.TIME, "", 90)),
        ("#aika 2 t ja 15 min matka", Command(V.TIME, "matka", 135)),
        ("#työaika 20 minuuttia", Command(V.TIME, "", 20)),
        ("#time 1h30 km 42", Command(V.TIME, "", 90, Decimal(42))),
        ("#aika 1h30 km 42 hihna", Command(V.TIME, "hihna", 90, Decimal(42))),
        ("#aika 45 12,5 km", Command(V.TIME, "", 45, Decimal("12.5"))),
        ("#time 45 km 42", Command(V.TIME, "", 45, Decimal(42))),
        ("#time 1h 42 km 3 visits", Command(V.TIME, "3 visits", 60, Decimal(42))),
        ("#time 45 km", Command(V.TIME, "", 45, None)),
        ("#time 45 km many", Command(V.TIME, "many", 45, None)),
        ("#time 45 km 12345", Command(V.TIME, "12345", 45, None)),
        ("#time 45min 3kmh", Command(V.TIME, "3kmh", 45)),
        ("#time 45 warranty (new) km 3: belt", Command(V.TIME, ": belt", 45, Decimal(3), "warranty", "new")),
        ("#aika 30 min takuu (alle vuosi) hihna", Command(V.TIME, "hihna", 30, Decimal(0), "warranty", "alle vuosi")),
        ("#aika 30 sisäinen", Command(V.TIME, "", 30, Decimal(0), "internal")),
        ("#time 30 Internal: meeting", Command(V.TIME, "meeting", 30, Decimal(0), "internal")),
        ("#time 30min internal meeting", Command(V.TIME, "internal meeting", 30)),
        ("#time 30 internal meeting", Command(V.TIME, "30 internal meeting", None)),
        ("#time km 42", Command(V.TIME, "", None, Decimal(42))),
        ("#resolved 1h30 km 42 was driven", Command(V.RESOLVED, "km 42 was driven", 90)),
        ("#time soon", Command(V.TIME, "soon", None)),
        ("#time 0", Command(V.TIME, "", None)),
        ("#time 25h", Command(V.TIME, "", None)),
        ("#time 3 belts", Command(V.TIME, "3 belts", None)),
        ("#resolved 1h 30min The belt was changed.", Command(V.RESOLVED, "The belt was changed.", 90)),
        ("#resolved\nThe belt\nwas changed.", Command(V.RESOLVED, "The belt\nwas changed.")),
        ("#resolved 45\nThe belt was changed.", Command(V.RESOLVED, "The belt was changed.", 45)),
        ("#ratkaistu: 3 hihnaa vaihdettu", Command(V.RESOLVED, "3 hihnaa vaihdettu")),
        ("#note He will call back.", Command(V.NOTE, "He will call back.")),
        ("#to Kerttu Consultant", Command(V.TO, "Kerttu Consultant")),
        ("#siirrä kerttu@acme.example", Command(V.TO, "kerttu@acme.example")),
        ("#kysy Mikä sarjanumero?\n\nKiitos", Command(V.ASK, "Mikä sarjanumero?\n\nKiitos")),
    ],
)
def test_one_command(text: str, command: Command) -> None:
    read = read_commands(text)

    assert read.commands == (command,)
    assert (read.reply, read.unknown) == ("", ())


def test_several_commands_and_a_reply_each_keep_their_lines() -> None:
    read = read_commands(
        "Hello Otto,\n#start\nwe are looking at it.\n#time 15\n#note Spare part is in Turku.\nShelf 4."
    )

    assert read.reply == "Hello Otto,\nwe are looking at it."
    assert read.commands == (
        Command(V.START),
        Command(V.TIME, "", 15),
        Command(V.NOTE, "Spare part is in Turku.\nShelf 4."),
    )


@pytest.mark.parametrize("text", ["# Heading", "see #start", "#1042", "#", "C# is fine", "price # 5"])
def test_what_is_no_command_is_a_reply(text: str) -> None:
    read = read_commands(text)

    assert read.commands == ()
    assert read.unknown == ()
    assert read.reply == text


def test_a_misspelt_command_is_told_and_never_sent_on() -> None:
    read = read_commands("#resovled all fine")

    assert read.unknown == ("#resovled",)
    assert read.commands == ()


def test_there_is_an_end_to_commands() -> None:
    assert len(read_commands("#start\n" * 500).commands) == 10


@given(st.text(alphabet="#startime to\n 0123456789hminä", max_size=200))
def test_no_word_of_a_person_gets_lost(text: str) -> None:
    """Every word that stands on a line without # is in the reply or in a command's text, durations aside."""
    read = read_commands(text)

    kept = " ".join([read.reply, *(command.text for command in read.commands)]).split()
    for line in text.splitlines():
        if "#" not in line and not any(character.isdigit() for character in line):
            assert all(word in kept for word in line.split())
