"""Addresses of energy from meters."""

from django.urls import path

from shuangkong.web.monitoring.energy import views

urlpatterns = [
    path("monitoring/energy", views.show_place, name="monitoring-energy"),
    path("monitoring/energy/differences", views.show_differences, name="energy-differences"),
    path("monitoring/energy/places/<str:code>", views.show_place, name="place-energy"),
    path("monitoring/energy/parks/<str:code>/assessment", views.take_assessment, name="park-assessment"),
    path("monitoring/energy/units/<str:code>", views.show_unit, name="unit-energy"),
]
