from django.urls import path

from knowledge.views import articles, editing, settings

app_name = "knowledge"

urlpatterns = [
    path("knowledge/", articles.articles, name="articles"),
    path("knowledge/new/", editing.add, name="add"),
    path("knowledge/categories/", settings.categories, name="categories"),
    path("knowledge/categories/new/", settings.category_add, name="category_add"),
    path("knowledge/categories/<int:pk>/", settings.category, name="category"),
    path("knowledge/files/<int:pk>/", editing.file, name="file"),
    path("knowledge/files/<int:pk>/remove/", editing.remove_file, name="file_remove"),
    path("knowledge/<int:pk>/", articles.article, name="article"),
    path("knowledge/<int:pk>/edit/", editing.edit, name="edit"),
    path("knowledge/<int:pk>/files/", editing.upload, name="upload"),
    path("knowledge/<int:pk>/publish/", articles.publish, name="publish"),
    path("knowledge/<int:pk>/withdraw/", articles.withdraw, name="withdraw"),
    path("knowledge/<int:pk>/retire/", articles.retire, name="retire"),
    path("knowledge/<int:pk>/back/", articles.bring_back, name="bring_back"),
    path("knowledge/<int:pk>/answers/", articles.answers_read, name="answers_read"),
    path("knowledge/<int:pk>/versions/<slug:language>/", editing.versions, name="versions"),
    path("knowledge/<int:pk>/restore/<int:version>/", editing.restore, name="restore"),
    path("settings/knowledge/", settings.switches, name="switches"),
]
