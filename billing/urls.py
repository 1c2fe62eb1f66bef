"""Pages of what work costs."""

from django.urls import path

from billing.views import contracts, desk, invoices, settings, work

app_name = "billing"
urlpatterns = [
    path("settings/invoicing/", settings.switches, name="switches"),
    path("settings/invoicing/companies/", settings.sellers, name="sellers"),
    path("settings/invoicing/companies/<int:pk>/", settings.seller, name="seller"),
    path("customers/invoicing/", settings.buyers, name="buyers"),
    path("customers/<int:pk>/invoicing/", settings.buyer, name="buyer"),
    path("contracts/prices/", contracts.prices, name="prices"),
    path("contracts/<int:pk>/price/", contracts.pricing, name="pricing"),
    path("contracts/<int:pk>/price/new/", contracts.price_add, name="price_add"),
    path("contracts/<int:pk>/price/try/", contracts.trial, name="price_trial"),
    path("contracts/<int:pk>/lots/new/", contracts.lot_add, name="lot_add"),
    path("contracts/lots/<int:pk>/withdraw/", contracts.lot_withdraw, name="lot_withdraw"),
    path("finance/", desk.desk, name="desk"),
    path("finance/prepare/", desk.prepare, name="prepare"),
    path("finance/issue/", desk.issue_all, name="issue_all"),
    path("finance/close/", desk.close, name="close"),
    path("finance/export/", desk.export, name="export"),
    path("finance/exports/<int:pk>/", desk.batch, name="batch"),
    path("finance/lines.<str:form>", desk.neutral, name="neutral"),
    path("finance/runs/<int:pk>/", desk.progress, name="progress"),
    path("finance/invoices/", invoices.invoices, name="invoices"),
    path("finance/invoices/<int:pk>/", invoices.invoice, name="invoice"),
    path("finance/invoices/<int:pk>/approve/", invoices.approve, name="invoice_approve"),
    path("finance/invoices/<int:pk>/issue/", invoices.issue, name="invoice_issue"),
    path("finance/invoices/<int:pk>/drop/", invoices.drop, name="invoice_drop"),
    path("finance/invoices/<int:pk>/credit/", invoices.credit, name="invoice_credit"),
    path("finance/invoices/<int:pk>/<str:form>", invoices.download, name="download"),
    path("tickets/<int:number>/billing/", work.work, name="work"),
    path("tickets/<int:number>/billing/verdict/", work.verdict, name="verdict"),
    path("tickets/<int:number>/billing/check/", work.check, name="check"),
    path("tickets/<int:number>/billing/ready/", work.ready, name="ready"),
    path("tickets/<int:number>/billing/order/", work.order, name="order"),
    path("tickets/<int:number>/billing/credit/", work.credit, name="credit"),
    path("tickets/<int:number>/billing/approve/", work.approve, name="approve"),
    path("tickets/<int:number>/billing/work/new/", work.entry_add, name="entry_add"),
    path("tickets/<int:number>/clock/start/", work.clock_start, name="clock_start"),
    path("tickets/<int:number>/clock/stop/", work.clock_stop, name="clock_stop"),
    path("work-entries/<int:pk>/", work.entry, name="entry"),
    path("work-entries/<int:pk>/remove/", work.entry_remove, name="entry_remove"),
]
