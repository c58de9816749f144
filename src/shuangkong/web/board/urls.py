"""Addresses of the board, its targets, the figures under them, and what changed."""

from django.urls import path

from shuangkong.web.board import views

urlpatterns = [
    path("", views.show_board, name="board"),
    path("board.<str:form>", views.export_board, name="board-export"),
    path("changes", views.show_changes, name="changes"),
    path("targets/<str:target>", views.show_target, name="target"),
    path("figures/<str:element>/<str:org>/<str:period>", views.show_figure, name="figure"),
]
