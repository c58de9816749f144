"""The root of all addresses."""

from django.urls import include, path

urlpatterns = [path("", include("shuangkong.web.urls"))]
handler404 = "shuangkong.web.refusals.not_found"
handler500 = "shuangkong.web.refusals.failed"
