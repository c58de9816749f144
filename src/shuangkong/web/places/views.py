"""Jurisdictions, units and parks."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from shuangkong.access.roles import Permission
from shuangkong.services import clock
from shuangkong.services.carrier_flows import flow_finding
from shuangkong.services.park_pages import park_page
from shuangkong.services.place_pages import place_page, places_page
from shuangkong.services.unit_pages import unit_page, units_page
from shuangkong.web.page import as_of, language_of
from shuangkong.web.places import charts
from shuangkong.web.security.policies import policy


def _year(request: HttpRequest) -> int | None:
    year = request.GET.get("year", "")
    return int(year) if year.isascii() and year.isdecimal() and len(year) < 6 else None


@policy(Permission.FIGURES_READ)
@require_GET
def show_places(request: HttpRequest) -> HttpResponse:
    """Show the jurisdictions side by side (县区)."""
    known, language = as_of(request), language_of(request)
    page = places_page(who=request.member, year=_year(request), as_of=known)
    context = {"page": page, "known_on": page.moment.as_of, "tiles": charts.tiles_of(page, language, known), "dots": charts.dots_of(page, language, known)}
    return render(request, "places/places.html", context)


@policy(Permission.FIGURES_READ)
@require_GET
def show_place(request: HttpRequest, code: str) -> HttpResponse:
    """Show one jurisdiction (县区页)."""
    language = language_of(request)
    page = place_page(code=code, who=request.member, year=_year(request), as_of=as_of(request))
    context = {
        "page": page, "known_on": page.moment.as_of, "today": clock.today(), "intensity": charts.intensity_of(page, language), "total": charts.total_of(page, language),
        "pollutants": charts.pollutants_of(page, language), "sankey": charts.sankey_of(page.structure.by_trade or page.structure.links, language, page.structure.marks),
        "flow": flow_finding(page.structure.by_trade or page.structure.links), "carriers": charts.carriers_of(page.structure.carriers, language), "gaps": charts.gaps_of(page, language),
    }  # fmt: skip
    return render(request, "places/place.html", context)


@policy(Permission.FIGURES_READ)
@require_GET
def show_units(request: HttpRequest) -> HttpResponse:
    """Show the units a person may see (单位)."""
    page = units_page(who=request.member, asked=request.GET.get("q", "").strip(), year=_year(request), as_of=as_of(request))
    return render(request, "places/units.html", {"page": page, "known_on": page.known_on})


@policy(Permission.FIGURES_READ)
@require_GET
def show_unit(request: HttpRequest, code: str) -> HttpResponse:
    """Show one unit (单位页)."""
    language = language_of(request)
    page = unit_page(code=code, who=request.member, year=_year(request), as_of=as_of(request))
    chosen = page.chosen.energy if page.chosen else None
    context = {
        "page": page, "known_on": page.known_on, "today": clock.today(), "years": charts.years_of(page, language), "rows": charts.carrier_rows(page),
        "sankey": charts.sankey_of(page.links, language, chosen.marks if chosen else ()), "flow": flow_finding(page.links),
    }  # fmt: skip
    return render(request, "places/unit.html", context)


@policy(Permission.FIGURES_READ)
@require_GET
def show_park(request: HttpRequest, code: str) -> HttpResponse:
    """Show one park (园区页)."""
    page = park_page(code=code, who=request.member, year=_year(request), as_of=as_of(request))
    language = language_of(request)
    links = page.structure.by_trade or page.structure.links
    context = {"page": page, "known_on": page.moment.as_of, "sankey": charts.sankey_of(links, language, page.structure.marks), "flow": flow_finding(links)}
    return render(request, "places/park.html", context)
