"""Every address of the product; tests/house attacks each of them."""

from allauth.account import views as account
from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path, re_path

from accounts.views import two_step
from helpdesk import start, styleguide

# allauth's pages, but for those of sign-up and of changing one's address: members are invited by an admin.
sign_in = [
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("login/code/", account.request_login_code, name="account_request_login_code"),
    path("login/code/confirm/", account.confirm_login_code, name="account_confirm_login_code"),
    path("second-step/", two_step.authenticate, name="mfa_authenticate"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("reauthenticate/code/", two_step.authenticate_again, name="mfa_reauthenticate"),
    path("password/change/", account.password_change, name="account_change_password"),
    path("password/set/", account.password_set, name="account_set_password"),
    path("password/reset/", account.password_reset, name="account_reset_password"),
    path("password/reset/done/", account.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/", account.password_reset_from_key_done, name="account_reset_password_from_key_done"
    ),
    # Named by allauth in its own redirects; closed by the adapter.
    path("signup/", account.signup, name="account_signup"),
]

handler500 = "core.failures.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    path("account/", include(sign_in)),
    path("first-steps/", start.first_run, name="first_steps"),
    path("", include("tickets.urls")),
    path("", include("mailintake.urls")),
    path("", include("sla.urls")),
    path("", include("outbox.urls")),
    path("", include("accounts.urls")),
    path("", include("knowledge.urls")),
    path("", include("billing.urls")),
    path("", include("reports.urls")),
    path("", include("imports.urls")),
    path("", include("portal.urls")),
    path("", include("portal.urls_help")),
]

if settings.DEBUG or settings.TESTING:
    urlpatterns.append(path("styleguide/", styleguide.show, name="styleguide"))
