"""The words by which mail programs announce earlier mails and sign for people, in many languages."""

# ruff: noqa: RUF001 - words of many languages look ambiguous
from __future__ import annotations

import re

# Sie schrieben / skrev / kirjoitti ...: the verb that ends or splits the line above a quote.
WROTE = re.compile(
    r"(?i)\b(?:wrote|writes|kirjoitti|kirjoittaa|skrev|skrifaði|schrieb|schreef|geschreven|a écrit|escribió|escribio|"
    r"escribiste|va escriure|escreveu|ha scritto|scrive|napisał\(?a?\)?|pisze|napsal\(?a?\)?|написал\(?а?\)?|пишет|"
    r"a scris|írta|yazdı|rakstīja|rašė|kirjutas|napísal\(?a?\)?|έγραψε)\b|写道|寫道|のメール|님이 작성|"
    r"さんは書きました"
)
QUOTING = re.compile(r"(?i)^(?:Quoting|Zitat von|Citando a?|Citat från|Citado por|Lainaus) .{1,120}[:：]$")
DATED = re.compile(r"\b\d{4}\b|\b\d{1,2}[./-]\d{1,2}|\b\d{1,2}[:.]\d{2}\b|\d{4}[年년]")
MAILBOX = re.compile(r"[^\s<>@]+@[^\s<>@]+")
OPENS_ATTRIBUTION = re.compile(
    r"(?:On|Le|Am|El|Den|Il|Op|Em|Dnia|W dniu|Dne|Na|Pe|ma|ti|ke|to|pe|la|su|maanantai\w*|tiistai\w*|keskiviikko\w*|"
    r"torstai\w*|perjantai\w*|lauantai\w*|sunnuntai\w*)\b.*\d|\d{1,4}[./-]|\d{1,2}\.? \w{3,10}\.? \d{4}"
)
MAILBOX_LAST = re.compile(r"<\s?(?:mailto:)?[^\s<>@]+@[^\s<>@]+>+\s*[:：]\s*$")
ENDS_ATTRIBUTION = re.compile(r"[:：]\s*$")
# Lines that only a program writes: old Gmail, Zoho.
MACHINE_ATTRIBUTION = re.compile(
    r"^\d{4}-\d\d-\d\d \d{1,2}:\d\d GMT[+-]\d\d:\d\d \S.{0,200}$|^-{2,} ?On .{5,300} wrote ?-{2,}$"
)
DATED_MAILBOX = re.compile(r"^\d{4}[/.-]\d{1,2}[/.-]\d{1,2}\b.{0,200}<[^\s<>@]+@[^\s<>@]+>$")

RULE = r"\s*[-_=*]{2,}\s*"
SEPARATOR = re.compile(
    rf"(?i)^(?:{RULE})?(?:Original Message|Original Appointment|Original e?-?mail|Alkuperäinen viesti|"
    rf"Alkuperäinen sähköposti\w*|Ursprungligt meddelande|Originalmeddelande|Ursprüngliche Nachricht|"
    rf"Originalnachricht|Message d['’]origine|(?:Message|Mail) original|"
    rf"Mensaje original|Correo original|Messaggio originale|"
    rf"Oprindelig meddelelse|Oprindelig besked|Opprinnelig melding|Oorspronkelijk bericht|Původní (?:zpráva|e-mail)|"
    rf"Pôvodná správa|Wiadomość oryginalna|Oryginalna wiadomość|Eredeti üzenet|Orijinal (?:ileti|mesaj)|Algne kiri|"
    rf"Исходное сообщение|Оригинальное сообщение|原始邮件|邮件原件|元のメッセージ|"
    rf"Mensagem original|Reply message){RULE}$"
)
REPLY_ABOVE = re.compile(
    r"(?i)^\W{0,12}(?:please )?(?:type|write)?\W*(?:your )?(?:reply above this line|vastaa tämän rivin yläpuolelle|"
    r"kirjoita vastauksesi tämän rivin yläpuolelle|svara ovanför denna rad)\W{0,12}$"
)
FORWARDED = re.compile(
    r"(?i)^(?:[->\s]{0,14})(?:begin forwarded message|forwarded message|välitetty viesti|vidarebefordrat meddelande|"
    r"weitergeleitete nachricht|anfang der weitergeleiteten nachricht|message transféré|message transmis|"
    r"début du message (?:réexpédié|transféré)|mensaje reenviado|inicio del mensaje reenviado|"
    r"doorgestuurd bericht|videresendt (?:meddelelse|melding)|messaggio inoltrato|mensagem encaminhada)\W{0,14}$"
)
FORWARD_SUBJECT = re.compile(r"(?i)^\s*(?:\[[^\]]{1,40}\]\s*)?(?:fwd?|vl|vb|wg|tr|rv|i|enc|vidarebefordrat)\s*:")

FIELD_KINDS = {
    "from": "from|lähettäjä|från|von|de|fra|van|da|od|от|feladó|kimden|saatja|expéditeur|发件人|寄件者|差出人|"
    "보낸 ?사람",
    "sent": "sent|date|sendt|lähetetty|päivämäärä|päiväys|pvm|skickat|skickad|datum|gesendet|gesendet am|"
    "envoyé|envoyé le|date d'envoi|enviado|enviada|enviado el|enviado em|enviada em|fecha|dato|verzonden|inviato|data|"
    "wysłano|odesláno|дата|отправлено|elküldve|dátum|gönderme tarihi|gönderildi|tarih|saadetud|kuupäev|"
    "发送时间|日期|送信日時|日時|보낸 ?날짜|날짜",
    "to": "to|vastaanottaja|till|an|à|para|til|aan|a|do|komu|кому|címzett|kime|adressaat|destinataire|收件人|宛先|"
    "받는 ?사람",
    "subject": "subject|aihe|ämne|betreff|objet|asunto|emne|onderwerp|oggetto|assunto|temat|předmět|тема|tárgy|konu|"
    "teema|sujet|主题|主旨|件名|제목",
    "copy": "cc|kopio|kopia|kopie|copie|copia|bcc|reply-to|vastausosoite|копия|másolat|bilgi|抄送",
}
FIELD = re.compile(
    "(?i)^[*_\\s]*(?:"
    + "|".join(f"(?P<{kind}>{names})" for kind, names in FIELD_KINDS.items())
    + r")[*_\s]*[:：][*_\s]*"
)

SIGNATURE = re.compile(r"^--[ \xa0]?$")
# Only with one of these is "Sent from ..." surely no sentence of a person.
TOOL = (
    r"\W{0,2}(?:[\w-]+ ){0,3}?(?:iphone|ipad|ipod|ios|android|mobil\w*|phone|cell|smartphone|älypuhelim\w*|blackberry|"
    r"samsung|galaxy|nokia|htc|huawei|xiaomi|oneplus|sony|xperia|windows|surface|mac|outlook|gmail|yahoo|aol|icloud|"
    r"mail|mailbox|airmail|sparrow|spark|proton\w*|tutanota|tuta|k-9|aqua|nine|newton|edison|thunderbird|evolution|"
    r"puhelim\w*|laitte\w*|telefon\w*|handy|móvil|celular|téléphone|portable|tablet\w*)"
)
MOBILE = re.compile(
    rf"(?i)^[-_*(<\s]*(?:(?:sent|written) (?:wirelessly |securely )?(?:from|via|on|with|by|using) (?:my \S|{TOOL})|"
    rf"from my {TOOL}|sent wirelessly |get \[?outlook for |"
    rf"lähetetty (?:\S+ )?\S*(?:iphone|ipad|android|puhelim|outlook|samsung|nokia|laitte|yahoo)|hanki outlook|"
    rf"skickat (?:från|via|med) (?:min |mitt )?{TOOL}|skaffa outlook|"
    rf"gesendet (?:von|mit) (?:meine[mr] |der )?{TOOL}|von mein(?:em|er) .{{1,40}} gesendet|"
    rf"diese nachricht wurde von mein.{{1,60}} gesendet|outlook für .{{1,20}} beziehen|"
    rf"envoyé (?:de|depuis|à partir de) (?:mon |ma |l['’])?{TOOL}|télécharge[rz] outlook|"
    rf"enviado (?:desde|de|do) (?:mi |meu |el )?{TOOL}|obtener outlook para|obter o outlook|"
    rf"inviato da(?:l mio)? {TOOL}|verzonden (?:met|vanaf|via) (?:mijn )?{TOOL}|verstuurd vanaf (?:mijn )?{TOOL}|"
    rf"sendt fra (?:min )?{TOOL}|wysłan[eo] z {TOOL}|odesláno z {TOOL}|отправлено (?:с|из) (?:моего )?{TOOL}|"
    rf"从我的.{{1,20}}发送|從我的.{{1,20}}傳送|iphoneから送信|나의 iphone에서 보냄).{{0,120}}$"
)
# What a list server or a tracker draws below the text.
DRAWN = re.compile(r"^\s*(?:[-_=*#~+]{2,}|ᐧ)\s*$")
