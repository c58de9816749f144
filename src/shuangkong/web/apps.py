"""The app that holds pages and the JSON API."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Pages and API (页面与接口)."""

    name = "shuangkong.web"
    label = "web"
