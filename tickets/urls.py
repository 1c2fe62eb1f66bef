from django.urls import path

from tickets.urls_settings import urlpatterns as settings_urls
from tickets.views import actions, bulk, create, files, handover, lists, promises, reminders, saved_views, ticket

app_name = "tickets"

urlpatterns = [
    path("", lists.home, name="home"),
    path("tickets/", lists.every, name="every"),
    path("tickets/arrange/", lists.arrange, name="arrange"),
    path("tickets/filter/", lists.choose_field, name="choose_field"),
    path("tickets/filter/<slug:field>/", lists.choose, name="choose"),
    path("views/new/", saved_views.add, name="view_add"),
    path("views/<int:pk>/", saved_views.saved, name="view"),
    path("views/<int:pk>/edit/", saved_views.edit, name="view_edit"),
    path("views/<int:pk>/save/", saved_views.save, name="view_save"),
    path("views/<int:pk>/remove/", saved_views.remove, name="view_remove"),
    path("my/", lists.mine, name="mine"),
    path("my/waiting/", lists.waiting, name="waiting"),
    path("unassigned/", lists.unassigned, name="unassigned"),
    path("queues/<int:pk>/", lists.queue, name="queue"),
    path("handover/<int:pk>/", handover.show, name="handover"),
    path("handover/<int:pk>/write/", handover.write, name="handover_write"),
    path("search/", lists.search, name="search"),
    path("tickets/new/", create.create, name="create"),
    path("tickets/many/", bulk.start, name="bulk"),
    path("tickets/many/do/", bulk.do, name="bulk_do"),
    path("tickets/many/<int:pk>/", bulk.result, name="bulk_result"),
    path("tickets/many/<int:pk>/back/", bulk.take_back, name="bulk_back"),
    path("tickets/<int:number>/", ticket.detail, name="detail"),
    path("tickets/<int:number>/write/", actions.write, name="write"),
    path("tickets/<int:number>/undo/<int:pk>/", actions.undo, name="undo"),
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
