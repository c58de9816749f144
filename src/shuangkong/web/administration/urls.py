"""Addresses of administration: people, posts, the access log."""

from django.urls import path

from shuangkong.web.administration import log, views

urlpatterns = [
    path("people", views.show_people, name="people"),
    path("people/register", views.register_person, name="register-person"),
    path("people/<int:person>", views.show_person, name="person"),
    path("people/<int:person>/hand-over", views.show_hand_over, name="hand-over"),
    path("people/<int:person>/link", views.issue_link, name="issue-link"),
    path("people/<int:person>/deactivate", views.deactivate_person, name="deactivate-person"),
    path("people/<int:person>/reactivate", views.reactivate_person, name="reactivate-person"),
    path("people/<int:person>/appoint", views.appoint_person, name="appoint-person"),
    path("people/<int:person>/stand-in", views.appoint_stand_in, name="appoint-stand-in"),
    path("people/<int:person>/second-factor", views.reset_second_factor, name="reset-second-factor"),
    path("people/<int:person>/unlock", views.unlock_person, name="unlock-person"),
    path("people/<int:person>/sessions/end", views.end_sessions, name="end-sessions"),
    path("posts/<int:post>/end", views.end_post, name="end-post"),
    path("access-log", log.show_log, name="access-log"),
    path("access-log.csv", log.export_log, name="access-log-csv"),
]
