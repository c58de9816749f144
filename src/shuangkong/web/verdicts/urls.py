"""Addresses of verdicts: the form on a target and year, the answer to a verdict, a file of evidence."""

from django.urls import path

from shuangkong.web.verdicts import views

urlpatterns = [
    path("targets/<str:target>/verdicts/<int:year>", views.judge, name="judge"),
    path("verdicts/<int:verdict>/act", views.act, name="act-on-verdict"),
    path("verdicts/evidence/<int:evidence>", views.take_evidence, name="verdict-evidence"),
]
