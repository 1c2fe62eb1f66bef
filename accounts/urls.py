"""Pages of people, offices, customers and products."""

from django.urls import path

from accounts.views import absences, customers, offices, people, products, profile, two_step, workspace

app_name = "accounts"
urlpatterns = [
    path("profile/", profile.profile, name="profile"),
    path("profile/two-step/", two_step.overview, name="two_step"),
    path("profile/two-step/on/", two_step.turn_on, name="two_step_on"),
    path("profile/two-step/off/", two_step.turn_off, name="two_step_off"),
    path("profile/two-step/codes/", two_step.codes, name="two_step_codes"),
    path("profile/two-step/codes/file/", two_step.codes_file, name="two_step_codes_file"),
    path("profile/absences/", absences.mine, name="my_absences"),
    path("profile/absences/new/", absences.plan_own, name="my_absence_add"),
    path("absences/<int:pk>/", absences.absence, name="absence"),
    path("absences/<int:pk>/end/", absences.end, name="absence_end"),
    path("settings/absences/", absences.everybodys, name="absences"),
    path("settings/absences/new/", absences.plan, name="absence_add"),
    path("settings/workspace/", workspace.workspace, name="workspace"),
    path("settings/people/", people.people, name="people"),
    path("settings/people/new/", people.add, name="person_add"),
    path("settings/people/<int:pk>/", people.person, name="person"),
    path("settings/people/<int:pk>/end/", people.end, name="person_end"),
    path("settings/people/<int:pk>/invite/", people.invite_again, name="person_invite"),
    path("settings/offices/", offices.offices, name="offices"),
    path("settings/offices/new/", offices.office, name="office_add"),
    path("settings/offices/<int:pk>/", offices.office, name="office"),
    path("settings/companies/", offices.entities, name="entities"),
    path("settings/companies/new/", offices.entity, name="entity_add"),
    path("settings/companies/<int:pk>/", offices.entity, name="entity"),
    path("settings/products/", products.products, name="products"),
    path("settings/products/new/", products.product, name="product_add"),
    path("settings/products/<int:pk>/", products.product, name="product"),
    path("settings/products/<int:product_pk>/modules/new/", products.module, name="module_add"),
    path("settings/products/<int:product_pk>/modules/<int:pk>/", products.module, name="module"),
    path("customers/", customers.customers, name="customers"),
    path("customers/new/", customers.customer, name="customer_add"),
    path("customers/<int:pk>/", customers.customer, name="customer"),
    path("requesters/", customers.requesters, name="requesters"),
    path("requesters/new/", customers.requester, name="requester_add"),
    path("requesters/<int:pk>/", customers.requester, name="requester"),
]
