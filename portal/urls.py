from django.urls import URLPattern, path

from portal.views import ask, confirm, files, invoices, look, own, rate, settings, sign_in, tickets, work

app_name = "portal"

links: list[URLPattern] = [
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
    path("r/<str:token>/", rate.rate, name="rate"),
]

requesters: list[URLPattern] = [
    path("portal/sign-in/", sign_in.ask, name="sign_in"),
    path("portal/sign-in/code/", sign_in.type_code, name="type_code"),
    path("portal/sign-out/", sign_in.leave, name="leave"),
    path("portal/look.css", look.style, name="style"),
    path("portal/logo/", look.logo, name="logo"),
    path("portal/", tickets.tickets, name="tickets"),
    path("portal/ask/", ask.ask, name="ask"),
    path("portal/ask/suggestions/", ask.suggest, name="suggest"),
    path("portal/ask/solved/", ask.solved, name="solved"),
    path("portal/tickets/<int:number>/", tickets.ticket, name="ticket"),
    path("portal/tickets/<int:number>/write/", tickets.write, name="write"),
    path("portal/tickets/<int:number>/works/", tickets.works, name="ticket_works"),
    path("portal/tickets/<int:number>/broken/", tickets.broken, name="ticket_broken"),
    path("portal/tickets/<int:number>/close/", tickets.close, name="ticket_close"),
    path("portal/tickets/<int:number>/invite/", tickets.invite, name="ticket_invite"),
    path("portal/invoices/", invoices.invoices, name="invoices"),
    path("portal/invoices/<int:pk>/", invoices.invoice, name="invoice"),
    path("portal/files/<int:pk>/", own.file, name="file"),
    path("portal/pictures/<int:pk>/", own.picture, name="picture"),
    path("portal/me/", own.details, name="details"),
    path("portal/me/data/", own.data, name="data"),
    path("portal/me/wish/", own.wish, name="wish"),
]

desk: list[URLPattern] = [
    path("settings/portal/", settings.portal, name="settings"),
    path("settings/aftercare/", settings.aftercare, name="aftercare"),
    path("settings/portal/people/<int:pk>/", settings.access, name="access"),
    path("settings/portal/people/<int:pk>/invite/", settings.invite, name="invite"),
]

urlpatterns = [*links, *requesters, *desk]
