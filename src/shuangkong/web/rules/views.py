"""The rules: a list to search, a page for each, and what would change."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from shuangkong.access.roles import Permission
from shuangkong.services import rule_pages
from shuangkong.services.slices import slice_of
from shuangkong.web.page import as_of, page_number
from shuangkong.web.security.policies import policy

_FILTERS = ("", "unverified", "changed")


@policy(Permission.RULES_READ)
@require_GET
def show_list(request: HttpRequest) -> HttpResponse:
    """Show the rules found, a page at a time (规则)."""
    asked = {name: request.GET.get(name, "") for name in ("area", "q", "only", "as_of")}
    asked["only"] = asked["only"] if asked["only"] in _FILTERS else ""
    found = rule_pages.list_rules(area=asked["area"], search=asked["q"], only=asked["only"], as_of=as_of(request))
    rows, query = slice_of(found.rows, page_number(request)), urlencode({name: text for name, text in asked.items() if text})
    return render(request, "rules/list.html", {"found": found, "rows": rows, "query": query, "areas": rule_pages.AREAS, "asked": asked})


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
