"""Addresses of the audit."""

from django.urls import path

from shuangkong.web.audit import views

urlpatterns = [
    path("audit", views.show_acts, name="audit"),
    path("audit/chain", views.show_chain, name="audit-chain"),
    path("audit/chain/verify", views.verify, name="audit-verify"),
    path("audit/acts/<int:index>", views.show_act, name="audit-act"),
    path("audit/acts/<int:index>/bundle", views.take_bundle, name="audit-bundle"),
    path("audit/heads", views.show_heads, name="audit-heads"),
    path("audit/heads/<str:digest>", views.take_head, name="audit-head"),
    path("audit/sheet", views.take_sheet, name="audit-sheet"),
]
