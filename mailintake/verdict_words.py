"""The words by which mail servers and absence notes give themselves away, in many languages."""

# ruff: noqa: RUF001 - words of many languages look ambiguous
from __future__ import annotations

import re

COMPLAINT_SUBJECT = re.compile(r"(?i)complaint about message from \S+$")
DAEMON = re.compile(
    r"(?:mailer-?daemon|post_?master|mail-?er|double-?bounce|bounces?|mmdf|uucp|listserv-bounces?|"
    r"mail(?:er)?[._-]?(?:delivery|subsystem|system)|mdaemon|mail-deliver|postmast|microsoftexchange\w*)(?:[+._=-].*)?@"
)
DAEMON_NAME = re.compile(r"(?i)mail delivery (?:sub)?system|mailer[ -]?daemon|postmaster|internet mail delivery")
FAILURE_SUBJECT = re.compile(
    r"(?i)^\W*(?:undeliver(?:able|ed)|undelivrable|returned mail|returned to sender|delivery (?:has )?(?:fail|status|"
    r"notification|report|problem|delay|error|final)|mail(?:er)? (?:delivery|system) (?:fail|error|warning|notif)|"
    r"mail delivery|failure notice|failed mail|failed delivery|failure delivery|non[ -]?(?:delivery|remis)|"
    r"message (?:delivery )?(?:delayed|fail|undeliver|could not)|message status|warning: (?:could not|message)|"
    r"could not send|unable to deliver|undelivered mail|mail could not|error sending|unzustellbar|nicht zustellbar|"
    r"zustellung|mail nicht|rücksendung|toimittaminen|ei voitu toimittaa|toimitusilmoitus|viestiä ei|"
    r"oleveransbar|olevererbar|kunde inte levereras|leveransfel|échec de|non remis|"
    r"no se (?:puede|ha podido) entregar|no se entregó|devolución|correo no entregado|user unknown|bounce|dsn:|"
    r"rejected mail|delayed mail|mail failed|delivery (?:to|of))"
)
FAILURE_TEXT = re.compile(
    r"(?i)(?:could not|cannot|can't|unable to) be delivered|undeliverable|not delivered|delivery (?:has )?failed|"
    r"does not exist|user unknown|unknown user|mailbox (?:is )?full|\b[45][0-9]{2}[ -][45]\.[0-9]\.[0-9]|"
    r"error message|(?:could not|unable to|wasn't able to) (?:send|deliver)|not (?:yet )?been delivered|"
    r"ei voitu toimittaa|kunde inte levereras|konnte nicht zugestellt"
)
# Words that no person writes.
FAILURE_PHRASE = re.compile(
    r"(?i)did not reach the following recipient|could not be delivered to:? <|addresses had (?:permanent )?(?:fatal|"
    r"delivery) errors|delivery to the following recipients? (?:failed|has been delayed)"
)
SERVER_CODE = re.compile(r"(?<![\d.])[45]\d\d[ -]|(?<![\d.])[45]\.\d{1,2}\.\d{1,3}(?!\.?\d)")
# Alone or before a colon: a person may well write about an automatic reply or an absence.
AUTOMATIC_SUBJECT = re.compile(
    r"(?i)^\W*(?:auto(?:matic|matische|mated|matisch|matisk|matiskt|matická|matikus)?[ -]*"
    r"(?:reply|response|antwort|antwoord|svar|vastaus|odpověď|válasz)|autoreply|"
    r"out of (?:the )?office(?: (?:auto-?reply|reply|message|notice))?|ooo|"
    r"automaattinen (?:vastaus|poissaoloilmoitus)|automaattivastaus|poissa(?:oloilmoitus|oloviesti| toimistosta)?|"
    r"poissaolo|lomavastaus|autosvar|frånvaro(?:meddelande)?|fravær(?:sbesked|smelding)?|abwesenheits\w*|abwesend|"
    r"afwezig(?:heid(?:sbericht)?)?|respuesta autom[aá]tica|fuera de (?:la )?oficina|r[ée]ponse automatique|"
    r"absence du bureau|absent du bureau|message d['’]absence|risposta automatica|fuori (?:sede|ufficio)|"
    r"resposta autom[aá]tica|odpowiedź automatyczna|автоматический ответ|автоответ|otomatik yanıt|"
    r"automaatvastus|自動返信|自动回复|vacation reply|holiday reply)\s*(?:[:：]|$)"
)
