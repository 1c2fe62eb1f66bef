"""`python bench/mail_corpus.py DIR`: how well `manage.py parse_mail` understands a corpus of real mails.

DIR holds the mails in folders, one for each source, `expectations.json` (what each mail says, by the keys of
parse_mail) and `meta.json` (kind and traits of each). Prints the share of right answers for each check, by source and
in all, then each miss, with a word why we mean what we say. Exits with 1 where a share is below its bar: every miss
counts, explained or not.

The expectations were taken from what other programs do. White space is folded before anything is compared, and the
mark U+FFFD in an expectation, where the other program lost a character, stands for whatever character we read.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

BASE_DIR = Path(__file__).resolve().parent.parent
Facts = dict[str, Any]

# Shares in percent; what has no bar is printed for reading.
BARS = {
    "no exception": 100.0,
    "readable": 100.0,
    "subject": 99.0,
    "sender": 100.0,
    "attachment count": 97.0,
    "body contains": 98.0,
    "bounce recall": 97.0,
    "no false bounce": 100.0,
    "automatic recall": 95.0,
    "hard or soft": 90.0,
    "feedback report": 100.0,
    "reply text exact": 80.0,
    "reply loses nothing": 100.0,
    "message id": 100.0,
    "recipients": 97.0,
    "date": 97.0,
}
# The end of a file's name, and why we mean what we say.
WHY = {
    "text_with_content_id.eml": "the mail's only text has a Content-ID: a file to the peer, not to people",
    "example_bounce.eml": "the machine's part of a delivery report is no file below the words about it",
    "m1009.txt": "a text with a file name, shown inline: a file to us",
    "m0006.txt": "two people in To: we take both",
    "m3004.txt": "two people in To: we take both",
    "m2005.txt": "the sender's program wrote the pictures' names into the text",
    "invalid_subject_characters.eml": "raw Latin-1 in the subject: we read it, the peer drops it",
    "malformed/020.eml": "a part without its blank line: the text stands before the first boundary",
    "lhost-amazonses-09.eml": "Amazon's notification service: JSON, no mail of a server",
    "lhost-amazonses-12.eml": "Amazon's notification service, and the mail was delivered",
    "lhost-amazonses-13.eml": "Amazon's notification service, and the mail was delivered",
    "lhost-fml-03.eml": "a list server's loop alert",
    "lhost-sendmail-14.eml": "a person forwards a bounce",
    "forwarded_gmail.txt": "a forwarded mail is kept whole",
    "forwarded_message.txt": "a forwarded mail is kept whole",
    "email_1_2.txt": "answers between quotes stay with their questions",
    "embedded_email_7.txt": "answers between quotes stay with their questions",
    "embedded_email_polish_1.txt": "above a marked quote every line stays, a signature too",
    "fixtures/email_7.txt": "a broken line without a mark inside a quote might be an answer",
    "fixtures/email_8.txt": "a broken line without a mark inside a quote might be an answer",
    "signatures.txt": "'Someone from mobile' may be said by a person",
    "spam_1.txt": "nothing but a quote: better than nothing at all",
    "raw_email_bad_time.eml": "the year 3609",
}
FILTERED = "the server says 'unknown user'; the peer knows this provider to mean a filter"


@dataclass(frozen=True, slots=True)
class Finding:
    """One answer to one question about one mail; `why` tells both answers."""

    check: str
    file: str
    right: bool
    why: str

    @property
    def source(self) -> str:
        return self.file.partition("/")[0]


@dataclass(frozen=True, slots=True)
class Mail:
    """What we say of a file, what is expected, and its traits."""

    file: str
    folder: Path
    got: Facts
    want: Facts
    tags: tuple[str, ...]

    def compare(self, check: str, got: object, want: object) -> Finding:
        return self.find(check, got == want, f"{shortened(got)} for {shortened(want)}")

    def find(self, check: str, right: bool, why: str) -> Finding:
        known = next((word for end, word in WHY.items() if self.file.endswith(end)), "")
        return Finding(check, self.file, right, f"{known}: {why}" if known else why)


def main() -> int:
    folder = Path(sys.argv[1]).resolve()
    began = time.perf_counter()
    mails = read_corpus(folder)
    took = time.perf_counter() - began
    findings = [finding for mail in mails for ask in CHECKS for finding in ask(mail)]
    print(f"{len(mails)} files in {took:.1f} s\n")
    print_shares(findings)
    for finding in findings:
        if not finding.right:
            print(f"{finding.check}: {finding.file}: {finding.why}")
    missed = [check for check, bar in BARS.items() if share(of_check(findings, check)) < bar]
    print(f"\nbelow the bar: {', '.join(missed) or 'nothing'}")
    return bool(missed)


def read_corpus(folder: Path) -> list[Mail]:
    expectations: dict[str, Facts] = json.loads((folder / "expectations.json").read_text())
    meta: dict[str, Facts] = json.loads((folder / "meta.json").read_text())
    names = sorted(name for name in {*expectations, *meta} if (folder / name).is_file())
    texts = [name for name in names if meta.get(name, {}).get("kind") == "text" and not name.endswith(".eml")]
    records = {**parsed(folder, sorted({*names} - {*texts})), **parsed(folder, texts, "--text")}
    return [
        Mail(name, folder, records[name], expectations.get(name, {}), tuple(meta.get(name, {}).get("tags", ())))
        for name in names
    ]


def parsed(folder: Path, names: list[str], *options: str) -> dict[str, Facts]:
    """What one process says of these files; it must answer in order and leave none out."""
    if not names:
        return {}
    files = [str(folder / name) for name in names]
    command = [sys.executable, "manage.py", "parse_mail", *options, *files]
    done = subprocess.run(command, cwd=BASE_DIR, stdout=subprocess.PIPE, check=True)
    records = [json.loads(line) for line in done.stdout.decode().split("\n") if line]
    if [record["file"] for record in records] != files:
        sys.exit("parse_mail has not answered file by file")
    return dict(zip(names, records, strict=True))


def print_shares(findings: list[Finding]) -> None:
    for check in dict.fromkeys(finding.check for finding in findings):
        mine = of_check(findings, check)
        print(f"{check:21} {counted(mine):>28}  {f'bar {BARS[check]:3.0f}' if check in BARS else ''}".rstrip())
        for source in dict.fromkeys(finding.source for finding in mine):
            print(f"    {source:17} {counted([finding for finding in mine if finding.source == source]):>28}")
    print()


def of_check(findings: list[Finding], check: str) -> list[Finding]:
    return [finding for finding in findings if finding.check == check]


def counted(findings: list[Finding]) -> str:
    return f"{sum(finding.right for finding in findings):5} of {len(findings):5} {share(findings):8.2f} %"


def share(findings: list[Finding]) -> float:
    """In percent; nothing asked is nothing missed."""
    return 100 * sum(finding.right for finding in findings) / len(findings) if findings else 100.0


def _health(mail: Mail) -> Iterator[Finding]:
    error = mail.got["error"]
    # A refusal is a sentence; an exception that got through begins with its name.
    yield mail.find("no exception", not re.match(r"\w+(?:Error|Exception|Warning)?: ", error or ""), str(error))
    if mail.want.get("must_not_crash"):
        yield mail.find("readable", not error, str(error))


def _headers(mail: Mail) -> Iterator[Finding]:
    got, want = mail.got, mail.want
    if "subject" in want:
        told, expected = bare(got["subject"]), bare(want["subject"])
        yield mail.find("subject", same_letters(told, expected), f"{got['subject']!r} for {want['subject']!r}")
    if "from" in want:
        yield mail.compare("sender", got["from"]["email"], want["from"]["email"].lower())
    if "date" in want:
        yield mail.compare("date", instant(got["date"]), instant(want["date"]))
    if "message_id" in want:
        yield mail.compare("message id", got["message_id"], want["message_id"].strip("<>"))
    for key in ("to", "cc", "reply_to"):
        if key in want:
            yield mail.compare("recipients", got[key], [email.lower() for email in want[key] if email])


def _files(mail: Mail) -> Iterator[Finding]:
    got, want = mail.got, mail.want
    if "attachments" in want:
        told = f"{got['attachments']} for {want['attachments']}: {got['attachment_names']}"
        yield mail.find("attachment count", got["attachments"] == want["attachments"], told)
    if "attachment_names" in want and all(want["attachment_names"]):
        yield mail.compare("attachment names", got["attachment_names"], want["attachment_names"])
    if "attachment_sizes" in want:
        yield mail.compare("attachment sizes", got["attachment_sizes"], want["attachment_sizes"])
    if "tnef_attachment_names" in want:
        yield mail.compare("files in TNEF", got["attachment_names"], want["tnef_attachment_names"])


def _bodies(mail: Mail) -> Iterator[Finding]:
    text = folded(mail.got["text"])
    shown = text + folded(re.sub(r"<[^<>]*>", " ", mail.got["html"] or ""))
    if "body_contains" in mail.want:
        missing = [words for words in mail.want["body_contains"] if not same_letters(words, shown, part=True)]
        yield mail.find("body contains", not missing, f"{shortened(missing)} not in {shortened(text)}")
    named = mail.folder / mail.want.get("text_equals_file", "/")
    if named.is_file():
        yield mail.compare("body equals", text, folded(named.read_bytes().decode("cp1252", "replace")))


def _kinds(mail: Mail) -> Iterator[Finding]:
    got, want = mail.got, mail.want
    told = f"{got['verdict']} {got['why']!r}, subject {shortened(got['subject'])}, from {got['from']['email']!r}"
    if want.get("is_bounce"):
        yield mail.find("bounce recall", got["is_bounce"], told)
    elif "is_bounce" in want or not ("bounce" in mail.tags or mail.file.startswith(("sisimai/", "attacks/bounce"))):
        yield mail.find("no false bounce", not got["is_bounce"], told)
    if want.get("is_auto_reply"):
        yield mail.find("automatic recall", got["is_auto_reply"], told)
    if "is_feedback_report" in want:
        yield mail.compare("feedback report", got["is_feedback_report"], want["is_feedback_report"])
    if want.get("is_bounce") and "bounce_recipients" in want:
        yield from _recipients(mail)


def _recipients(mail: Mail) -> Iterator[Finding]:
    got, want = mail.got["bounce_recipients"], mail.want["bounce_recipients"]
    hard = sorted(one["hard"] for one in got), sorted(one["hard"] for one in want)
    told = f"{[(one['hard'], one['dsn'], one['reason']) for one in got]} for "
    told += f"{[(one['hard'], one['dsn'], one['smtp'], one['reason']) for one in want]}"
    if any(one["reason"] == "filtered" for one in want):
        told = f"{FILTERED}: {told}"
    yield mail.find("hard or soft", hard[0] == hard[1], told)
    # The peer makes up a code of its own where none was said.
    said = [one["dsn"] for one in want if not re.fullmatch(r"[45]\.0\.9\d\d", one["dsn"])]
    if len(said) == len(want):
        yield mail.compare("status code", sorted(one["dsn"] for one in got), sorted(said))


def _reply(mail: Mail) -> Iterator[Finding]:
    got, want = mail.got["reply_text"], mail.want
    if "reply_text" in want:
        yield mail.compare("reply text exact", folded(got), folded(want["reply_text"]))
        lost = lost_words(want["reply_text"], got)
        yield mail.find("reply loses nothing", not lost, f"lost {lost[:8]}")
    if "reply_text_normalised" in want:
        yield mail.compare("reply text exact", bare(got), bare(want["reply_text_normalised"]))


CHECKS: tuple[Callable[[Mail], Iterator[Finding]], ...] = (_health, _headers, _files, _bodies, _kinds, _reply)


def folded(text: str | None) -> str:
    return " ".join((text or "").split())


def bare(text: str) -> str:
    return "".join(text.split())


def same_letters(told: str, expected: str, *, part: bool = False) -> bool:
    """Equal (or contained), where the peer's mark of a lost character stands for the one that we have read."""
    if part:
        pattern = ".".join(map(re.escape, folded(told).split("\N{REPLACEMENT CHARACTER}")))
        return bool(re.search(pattern, expected))
    return bool(re.fullmatch(".".join(map(re.escape, expected.split("\N{REPLACEMENT CHARACTER}"))), told))


def instant(value: str | None) -> float | None:
    """Seconds since 1970; the peers write 1900-01-01 for no date."""
    moment = datetime.fromisoformat(value) if value else None
    return moment.timestamp() if moment and moment.year > 1900 else None


def lost_words(want: str, got: str) -> list[str]:
    """Words of the wanted text that we do not have, in its order."""
    kept = iter(got.split())
    return [word for word in want.split() if word not in kept]


def shortened(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) < 160 else f"{shown[:110]} ... {shown[-40:]}"


if __name__ == "__main__":
    sys.exit(main())
