"""Addresses of findings and of the catalogue of checks."""

from django.urls import path

from shuangkong.web.findings import views

urlpatterns = [
    path("findings", views.list_all, name="findings"),
    path("findings/<int:finding>", views.show_one, name="finding"),
    path("findings/<int:finding>/act", views.act, name="act-on-finding"),
    path("checks", views.show_checks, name="checks"),
]
