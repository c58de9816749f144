"""Every route declares who may use it; one that declares nothing is refused (路由权限)."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode

from shuangkong.access.roles import Permission
from shuangkong.services.people import Member, NotPermitted
from shuangkong.web.page import DOORS
from shuangkong.web.refusals import refused

View = Callable[..., HttpResponse]
PUBLIC, SIGNED_IN = "public", "signed_in"
Policy = Permission | str


class UndeclaredRoute(RuntimeError):
    """A route says nothing of who may use it."""


def policy(*allowed: Policy) -> Callable[[View], View]:
    """Declare who may use a view (声明权限): `PUBLIC`, `SIGNED_IN`, or any of some permissions.

    What the person may do to the thing asked for is decided by the use case; this is the door.
    """

    def declared(view: View) -> View:
        view.policy = allowed  # type: ignore[attr-defined]
        return view

    return declared


def policy_of(view: Any) -> tuple[Policy, ...] | None:
    """Return what a view declares, None when it declares nothing."""
    return getattr(view, "policy", None)


def may_pass(who: Member, declared: tuple[Policy, ...]) -> bool:
    """Tell whether who has signed in may pass a door (可否进入)."""
    return PUBLIC in declared or SIGNED_IN in declared or any(who.may(one) for one in declared if isinstance(one, Permission))


def first_page(who: Member) -> str:
    """Return where a person begins (首页): behind the first door that opens, else the own account."""
    for door in DOORS:
        if any(who.may(one) for one in door.permissions):
            return reverse(door.route)
    return reverse("account")


class PolicyGate:
    """Lets through who may pass (权限闸)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: object, kwargs: object) -> HttpResponse | None:
        """Refuse who may not use the view; raise for a view that declares nothing."""
        declared = policy_of(view)
        if not declared:
            raise UndeclaredRoute(f"{request.path}: the view declares no policy")
        if PUBLIC in declared:
            return None
        if request.member is None:
            where = urlencode({"next": request.get_full_path()})
            return HttpResponseRedirect(f"{reverse('sign-in')}?{where}")
        if may_pass(request.member, declared):
            return None
        if request.path == "/":
            return HttpResponseRedirect(first_page(request.member))
        return refused(request, NotPermitted(next(one for one in declared if isinstance(one, Permission))))
