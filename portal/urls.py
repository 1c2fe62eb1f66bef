from django.urls import path

from portal.views import confirm, files, work

app_name = "portal"

urlpatterns = [
    path("l/<str:token>/", work.show, name="work"),
    path("l/<str:token>/code/", work.type_code, name="code"),
    path("l/<str:token>/new-code/", work.new_code, name="new_code"),
    path("l/<str:token>/new-link/", work.new_link, name="new_link"),
    path("l/<str:token>/files/<int:pk>/", files.of_work, name="work_file"),
    path("l/<str:token>/<slug:verb>/", work.act, name="act"),
    path("c/<str:token>/", confirm.show, name="confirm"),
    path("c/<str:token>/works/", confirm.works, name="works"),
    path("c/<str:token>/broken/", confirm.broken, name="broken"),
    path("c/<str:token>/new-link/", confirm.new_link, name="new_confirm_link"),
    path("c/<str:token>/files/<int:pk>/", files.of_confirm, name="confirm_file"),
]
