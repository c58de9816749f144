"""The root of all addresses."""

from django.urls import include, path

urlpatterns = [path("", include("shuangkong.web.urls"))]
