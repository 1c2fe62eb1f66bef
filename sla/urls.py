"""Pages of calendars, policies and contracts."""

from django.urls import path

from sla.views import calendars, policies

app_name = "sla"
urlpatterns = [
    path("settings/calendars/", calendars.calendars, name="calendars"),
    path("settings/calendars/new/", calendars.calendar, name="calendar_add"),
    path("settings/calendars/<int:pk>/", calendars.calendar, name="calendar"),
    path("settings/calendars/<int:pk>/days/<int:year>/", calendars.special_days, name="special_days"),
    path("settings/promises/", policies.policies, name="policies"),
    path("settings/promises/new/", policies.policy, name="policy_add"),
    path("settings/promises/<int:pk>/", policies.policy, name="policy"),
    path("contracts/", policies.contracts, name="contracts"),
    path("contracts/new/", policies.contract, name="contract_add"),
    path("contracts/<int:pk>/", policies.contract, name="contract"),
]
