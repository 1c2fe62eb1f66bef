from django.urls import path

from reports.views import board, boards, first_try, promises

app_name = "reports"

urlpatterns = [
    path("reports/", promises.promises, name="promises"),
    path("reports/tickets/", promises.tickets, name="behind"),
    path("reports/export/", promises.export, name="export"),
    path("reports/complete/", first_try.first_try, name="first_try"),
    path("board/", board.board, name="board"),
    path("b/<str:token>/", board.linked, name="linked"),
    path("settings/boards/", boards.boards, name="boards"),
    path("settings/boards/new/", boards.add, name="board_add"),
    path("settings/boards/<int:pk>/revoke/", boards.revoke, name="board_revoke"),
]
