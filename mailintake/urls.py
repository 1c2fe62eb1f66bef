from django.urls import path

from mailintake.views import log, mailboxes, triage

app_name = "mailintake"

urlpatterns = [
    path("triage/", triage.index, name="triage"),
    path("triage/<int:pk>/", triage.mail, name="triage_mail"),
    path("triage/<int:pk>/accept/", triage.accept, name="accept"),
    path("triage/<int:pk>/link/", triage.link, name="link"),
    path("triage/<int:pk>/discard/", triage.discard, name="discard"),
    path("settings/mailboxes/", mailboxes.mailboxes, name="mailboxes"),
    path("settings/mailboxes/new/", mailboxes.mailbox, name="mailbox_add"),
    path("settings/mailboxes/<int:pk>/", mailboxes.mailbox, name="mailbox"),
    path("settings/mailboxes/<int:pk>/result/", mailboxes.result, name="mailbox_result"),
    path("settings/mailboxes/<int:pk>/test/", mailboxes.test, name="mailbox_test"),
    path("mail/", log.log, name="log"),
    path("mail/in/<int:pk>/", log.incoming, name="log_in"),
    path("mail/in/<int:pk>/raw/", log.raw, name="log_raw"),
    path("mail/in/<int:pk>/let-in/", log.let_in, name="log_let_in"),
    path("mail/out/<int:pk>/", log.outgoing, name="log_out"),
    path("mail/out/<int:pk>/again/", log.again, name="log_again"),
]
