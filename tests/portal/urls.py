"""Only the pages behind mail links, so that their tests stand on nothing else."""

from django.urls import include, path

urlpatterns = [path("", include("portal.urls"))]
