from django.urls import path

from portal.views import help as pages

app_name = "help"

urlpatterns = [
    path("robots.txt", pages.robots, name="robots"),
    path("help/", pages.start, name="start"),
    path("help/files/<int:pk>/", pages.file, name="file"),
    path("help/<slug:slug>/", pages.article, name="article"),
    path("help/<slug:slug>/opened/", pages.opened, name="opened"),
    path("help/<slug:slug>/feedback/", pages.feedback, name="feedback"),
]
