"""Addresses of signing in and out, and of the own account."""

from django.urls import path

from shuangkong.web.people import account, views

urlpatterns = [
    path("sign-in", views.enter_by_password, name="sign-in"),
    path("sign-in/step", views.finish_step, name="sign-in-step"),
    path("sign-in/<str:token>", views.use_link, name="use-link"),
    path("password/<str:token>", views.set_first_password, name="password-link"),
    path("sign-out", views.leave, name="sign-out"),
    path("session/keep", account.keep_session, name="session-keep"),
    path("account", account.show_account, name="account"),
    path("account/password", account.change_own_password, name="own-password"),
    path("account/second-factor", account.own_second_factor, name="own-second-factor"),
    path("account/second-factor/replace", account.replace_own_device, name="replace-own-device"),
    path("account/recovery-codes", account.own_recovery_codes, name="own-recovery-codes"),
    path("account/sessions/end", account.end_own_sessions, name="end-own-sessions"),
]
