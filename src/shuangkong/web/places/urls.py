"""Addresses of places and units: jurisdictions, units, parks, and the tree they stand in."""

from django.urls import path

from shuangkong.web.places import organisations, views

urlpatterns = [
    path("places", views.show_places, name="places"),
    path("places/<str:code>", views.show_place, name="place"),
    path("units", views.show_units, name="units"),
    path("units/<str:code>", views.show_unit, name="unit"),
    path("parks/<str:code>", views.show_park, name="park"),
    path("organisations", organisations.show_organisations, name="organisations"),
    path("organisations/register", organisations.register_organisation, name="register-organisation"),
    path("organisations/change", organisations.change_organisation, name="change-organisation"),
    path("organisations/<str:code>", organisations.show_organisation, name="organisation"),
]
