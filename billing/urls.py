"""Pages of what work costs."""

from django.urls import path

from billing.views import contracts, desk, invoices, settings

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
    path("finance/invoices/<int:pk>/approve/", invoices.approve, name="approve"),
    path("finance/invoices/<int:pk>/issue/", invoices.issue, name="issue"),
    path("finance/invoices/<int:pk>/drop/", invoices.drop, name="drop"),
    path("finance/invoices/<int:pk>/credit/", invoices.credit, name="credit"),
    path("finance/invoices/<int:pk>/<str:form>", invoices.download, name="download"),
]
