from django.urls import path

from imports.views import tables

app_name = "imports"

urlpatterns = [
    path("settings/import/", tables.tables, name="tables"),
    path("settings/import/<int:pk>/", tables.table, name="table"),
    path("settings/import/<int:pk>/refused/", tables.refused, name="refused"),
    path("settings/import/<int:pk>/remove/", tables.remove_table, name="table_remove"),
]
