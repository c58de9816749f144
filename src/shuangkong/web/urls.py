"""All addresses: each area has its own, found by its name."""

from django.urls import include, path

from shuangkong.web import health

AREAS = ("administration", "api", "assessments", "audit", "board", "findings", "monitoring", "monitoring.energy", "people", "places", "returns", "rules", "verdicts")

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("system", health.show_system, name="system"),
    *(path("", include(f"shuangkong.web.{area}.urls")) for area in AREAS),
]
