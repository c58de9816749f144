"""Addresses of the board."""

from django.urls import path

from shuangkong.web.board import views

urlpatterns = [
    path("", views.show_board, name="board"),
    path("targets/<str:target>", views.show_target, name="target"),
]
