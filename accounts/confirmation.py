"""Acts that a stolen, still open browser must not do: who does them has shown just now that it is them."""

from functools import wraps
from typing import Any, ParamSpec
from urllib.parse import urlencode

from allauth.account.internal.flows.reauthentication import is_reauthentication_required
from django.http import HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

from accounts.access import MemberView
from accounts.requests import MemberRequest

P = ParamSpec("P")


def confirmed_recently(view: MemberView[P]) -> MemberView[P]:
    """Ask for the password again after five minutes; stands below `role_required`.

    allauth's own decorator keeps the body of a POST in the session meanwhile, and here the body holds passwords.
    """

    @wraps(view)
    def guarded(request: MemberRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if is_reauthentication_required(request, app="accounts"):
            back: dict[str, Any] = {"next": request.path}
            return HttpResponseRedirect(f"{reverse('account_reauthenticate')}?{urlencode(back)}")
        return view(request, *args, **kwargs)

    return guarded
