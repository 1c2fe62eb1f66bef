from django.urls import path

from mailintake.views import triage

app_name = "mailintake"

urlpatterns = [
    path("triage/", triage.index, name="triage"),
    path("triage/<int:pk>/", triage.mail, name="triage_mail"),
    path("triage/<int:pk>/accept/", triage.accept, name="accept"),
    path("triage/<int:pk>/link/", triage.link, name="link"),
    path("triage/<int:pk>/discard/", triage.discard, name="discard"),
]
