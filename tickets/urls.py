from django.urls import path

from tickets.urls_settings import urlpatterns as settings_urls
from tickets.views import actions, create, files, handover, lists, live, promises, reminders, ticket, writing

app_name = "tickets"

urlpatterns = [
    path("", lists.home, name="home"),
    path("my/", lists.mine, name="mine"),
    path("unassigned/", lists.unassigned, name="unassigned"),
    path("queues/<int:pk>/", lists.queue, name="queue"),
    path("handover/<int:pk>/", handover.show, name="handover"),
    path("handover/<int:pk>/write/", handover.write, name="handover_write"),
    path("drafts/", writing.my_drafts, name="drafts"),
    path("live/", live.rows, name="live_rows"),
    path("search/", lists.search, name="search"),
    path("tickets/new/", create.create, name="create"),
    path("tickets/take/", actions.bulk, name="bulk"),
    path("tickets/<int:number>/", ticket.detail, name="detail"),
    path("tickets/<int:number>/live/", live.ticket, name="live"),
    path("tickets/<int:number>/write/", writing.write, name="write"),
    path("tickets/<int:number>/undo/<int:pk>/", writing.undo, name="undo"),
    path("tickets/<int:number>/draft/", writing.save_draft, name="draft"),
    path("tickets/<int:number>/drafts/<int:pk>/take/", writing.take_draft, name="draft_take"),
    path("tickets/<int:number>/drafts/<int:pk>/drop/", writing.drop_draft, name="draft_drop"),
    path("tickets/<int:number>/start/", actions.start, name="start"),
    path("tickets/<int:number>/take/", actions.take, name="take"),
    path("tickets/<int:number>/hand-over/", actions.hand_over, name="hand_over"),
    path("tickets/<int:number>/resolve/", actions.resolve, name="resolve"),
    path("tickets/<int:number>/restored/", actions.restored, name="restored"),
    path("tickets/<int:number>/close/", actions.close, name="close"),
    path("tickets/<int:number>/reopen/", actions.reopen, name="reopen"),
    path("tickets/<int:number>/status/", actions.set_status, name="status"),
    path("tickets/<int:number>/later/", reminders.snooze, name="snooze"),
    path("tickets/<int:number>/later/back/", reminders.wake, name="wake"),
    path("tickets/<int:number>/edit/", actions.edit, name="edit"),
    path("tickets/<int:number>/promises/<slug:metric>/<int:cycle>/", promises.why, name="why"),
    path("tickets/<int:number>/messages/<int:pk>/original/", files.original, name="original"),
    path("attachments/<int:pk>/", files.attachment, name="attachment"),
    *settings_urls,
]
