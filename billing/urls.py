"""Pages of what work costs."""

from django.urls import path

from billing.views import contracts, settings

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
]
