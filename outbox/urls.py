"""Pages of the mails' words and of the server they leave by."""

from django.urls import path

from outbox.views import signing, templates, transport

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
]
