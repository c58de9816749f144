"""Addresses of monitoring."""

from django.urls import path

from shuangkong.web.monitoring import alarms, ambient, calendars, lists, outlets, views, walls

urlpatterns = [
    path("monitoring", views.show_points, name="monitoring"),
    path("monitoring/wall", walls.show_wall, name="monitoring-wall"),
    path("monitoring/wall/now", walls.newest, name="monitoring-wall-now"),
    path("monitoring/alarms", alarms.show_alarms, name="alarms"),
    path("monitoring/alarms/<int:alarm>", alarms.show_alarm, name="alarm"),
    path("monitoring/alarms/<int:alarm>/act", alarms.act, name="act-on-alarm"),
    path("monitoring/alarms/files/<int:file>", alarms.take_file, name="alarm-file"),
    path("monitoring/coverage", views.show_coverage, name="monitoring-coverage"),
    path("monitoring/points/new", views.new_point, name="new-monitoring-point"),
    path("monitoring/points/<str:code>", views.show_point, name="monitoring-point"),
    path("monitoring/points/<str:code>/data", outlets.show_outlet, name="monitoring-data"),
    path("monitoring/points/<str:code>/data/export", outlets.export_outlet, name="export-monitoring-data"),
    path("monitoring/calendar", calendars.show_calendar, name="monitoring-calendars"),
    path("monitoring/calendar/<str:code>", calendars.show_calendar, name="monitoring-calendar"),
    path("monitoring/devices", views.show_devices, name="monitoring-devices"),
    path("monitoring/devices/<str:mn>", views.show_device, name="monitoring-device"),
    path("monitoring/enter/<str:what>", views.enter, name="enter-monitoring"),
    path("monitoring/list", lists.show_list, name="monitoring-list"),
    path("monitoring/list/template", lists.template, name="monitoring-list-template"),
    path("monitoring/list/try", lists.try_it, name="try-monitoring-list"),
    path("monitoring/list/apply", lists.apply, name="apply-monitoring-list"),
    path("monitoring/list/rejects", lists.rejects, name="monitoring-list-rejects"),
    path("monitoring/mark", views.mark, name="mark-readings"),
    path("monitoring/notice", views.notice, name="notify-shutdown"),
    path("monitoring/ambient", ambient.show_ambient, name="ambient"),
    path("monitoring/ambient/water/<str:code>", ambient.show_water, name="ambient-water"),
    path("monitoring/ambient/air/<str:code>", ambient.show_air, name="ambient-air"),
    path("monitoring/ambient/import", ambient.show_import, name="ambient-import"),
    path("monitoring/ambient/import/template", ambient.template, name="ambient-template"),
    path("monitoring/ambient/import/try", ambient.try_it, name="try-ambient-import"),
    path("monitoring/ambient/import/apply", ambient.apply, name="apply-ambient-import"),
]
