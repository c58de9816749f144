"""The rules: a list to search, a page for each, and what would change."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from shuangkong.access.roles import Permission
from shuangkong.services import rule_pages
from shuangkong.web.page import as_of
from shuangkong.web.security.policies import policy

_FILTERS = ("", "unverified", "changed")


@policy(Permission.RULES_READ)
@require_GET
def show_list(request: HttpRequest) -> HttpResponse:
    """Show the rules found (规则)."""
    told = request.GET
    only = told.get("only", "") if told.get("only", "") in _FILTERS else ""
    found = rule_pages.list_rules(area=told.get("area", ""), search=told.get("q", ""), only=only, as_of=as_of(request))
    return render(request, "rules/list.html", {"found": found, "areas": rule_pages.AREAS, "area": told.get("area", ""), "q": told.get("q", ""), "only": only})


@policy(Permission.RULES_READ)
@require_GET
def show_rule(request: HttpRequest, rule: str) -> HttpResponse:
    """Show one rule, and with `supposed` what would change; nothing is kept, so the link can be sent (规则页)."""
    told = request.GET
    year = told.get("year", "")
    page = rule_pages.show_rule(
        path=rule, as_of=as_of(request), part=told.get("part", ""), told=told.get("supposed", "")[:60], year=int(year) if year.isascii() and year.isdecimal() else None
    )
    return render(request, "rules/rule.html", {"page": page, "part": told.get("part", ""), "told": told.get("supposed", "")})
