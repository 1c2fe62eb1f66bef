"""Pages of the mails' words, of the server they leave by, and of webhooks."""

from django.urls import path

from outbox.views import signing, templates, transport, webhooks

app_name = "outbox"
urlpatterns = [
    path("settings/mail-texts/", templates.templates, name="templates"),
    path("settings/mail-texts/<slug:purpose>/<slug:language>/", templates.template, name="template"),
    path("settings/mail-texts/<slug:purpose>/<slug:language>/reset/", templates.reset, name="template_reset"),
    path("settings/sending/", transport.transport, name="transport"),
    path("settings/sending/remove/", transport.remove, name="transport_remove"),
    path("settings/sending/signing/", signing.signing, name="signing"),
    path("settings/sending/signing/<int:pk>/check/", signing.check, name="signing_check"),
    path("settings/sending/signing/<int:pk>/remove/", signing.remove, name="signing_remove"),
    path("settings/webhooks/", webhooks.webhooks, name="webhooks"),
    path("settings/webhooks/new/", webhooks.webhook, name="webhook_add"),
    path("settings/webhooks/<int:pk>/", webhooks.webhook, name="webhook"),
    path("settings/webhooks/<int:pk>/secret/", webhooks.secret, name="webhook_secret"),
    path("settings/webhooks/<int:pk>/test/", webhooks.test, name="webhook_test"),
    path("settings/webhooks/<int:pk>/remove/", webhooks.remove, name="webhook_remove"),
    path("settings/webhooks/calls/<int:pk>/again/", webhooks.again, name="webhook_again"),
]
