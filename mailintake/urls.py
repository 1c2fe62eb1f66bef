from django.urls import path

from mailintake.views import hooks, log, mailboxes, provider_sign_in, triage

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
    path("settings/mailboxes/<int:pk>/older/", mailboxes.older, name="mailbox_older"),
    path("settings/mailboxes/<int:pk>/sign-in/", provider_sign_in.leave, name="mailbox_sign_in"),
    path("settings/mailboxes/signed-in/", provider_sign_in.signed_in, name="signed_in"),
    path("settings/mailboxes/<int:pk>/web-address/", hooks.hook, name="mailbox_hook"),
    path("settings/mailboxes/<int:pk>/web-address/end/", hooks.end_hook, name="mailbox_hook_end"),
    path("mail/post/<str:token>/", hooks.receive, name="hook"),
    path("mail/", log.log, name="log"),
    path("mail/in/<int:pk>/", log.incoming, name="log_in"),
    path("mail/in/<int:pk>/raw/", log.raw, name="log_raw"),
    path("mail/in/<int:pk>/let-in/", log.let_in, name="log_let_in"),
    path("mail/in/<int:pk>/read-again/", log.read_again, name="log_read_again"),
    path("mail/in/<int:pk>/erase/", log.erase, name="log_erase"),
    path("mail/out/<int:pk>/", log.outgoing, name="log_out"),
    path("mail/out/<int:pk>/again/", log.again, name="log_again"),
]
