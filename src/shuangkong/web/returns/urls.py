"""Addresses of returns."""

from django.urls import path

from shuangkong.web.returns import files, handling, managing, views

urlpatterns = [
    path("work", views.show_work, name="my-work"),
    path("returns", views.show_returns, name="returns"),
    path("returns/forms", views.list_forms, name="forms"),
    path("returns/forms/<str:form>", views.show_form, name="form"),
    path("returns/windows", managing.show_windows, name="windows"),
    path("returns/windows/change", managing.change, name="change-window"),
    path("returns/waivers", managing.waive, name="waive-period"),
    path("returns/open", views.open_return, name="open-return"),
    path("returns/<int:filing>", views.show_return, name="return"),
    path("returns/<int:filing>/cells", views.save_cells, name="save-cells"),
    path("returns/<int:filing>/act", handling.act, name="act-on-return"),
    path("returns/<int:filing>/remarks", handling.remark, name="remark"),
    path("returns/<int:filing>/check-waivers", handling.waive_finding, name="waive-check"),
    path("returns/<int:filing>/amendments", handling.ask, name="ask-amendment"),
    path("returns/amendments/<int:amendment>", handling.decide, name="decide-amendment"),
    path("returns/<int:filing>/template", files.template, name="return-template"),
    path("returns/<int:filing>/upload", files.upload, name="upload-return"),
    path("returns/<int:filing>/paste", files.paste, name="paste-return"),
    path("returns/<int:filing>/apply", files.apply, name="apply-upload"),
    path("returns/<int:filing>/rejects", files.rejects, name="upload-rejects"),
    path("returns/<int:filing>/attachments", files.attach, name="attach"),
    path("returns/attachments/<int:attachment>", files.download, name="attachment"),
]
