"""Addresses of signing in and out."""

from django.urls import path

from shuangkong.web.people import views

urlpatterns = [
    path("sign-in", views.show_sign_in, name="sign-in"),
    path("sign-in/<str:token>", views.use_link, name="use-link"),
    path("sign-out", views.leave, name="sign-out"),
]
