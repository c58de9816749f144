"""Addresses of the rules."""

from django.urls import path

from shuangkong.web.rules import views

urlpatterns = [
    path("rules", views.show_list, name="rules"),
    path("rules/<str:rule>", views.show_rule, name="rule"),
]
