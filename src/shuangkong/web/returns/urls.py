"""Addresses of returns."""

from django.urls import path

from shuangkong.web.returns import views

urlpatterns = [
    path("work", views.show_work, name="my-work"),
    path("returns", views.show_returns, name="returns"),
    path("returns/open", views.open_return, name="open-return"),
    path("returns/<int:filing>", views.show_return, name="return"),
    path("returns/<int:filing>/cells", views.save_cells, name="save-cells"),
    path("returns/<int:filing>/act", views.act, name="act-on-return"),
]
