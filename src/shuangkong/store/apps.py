"""The one Django app that holds the tables."""

from django.apps import AppConfig


class StoreConfig(AppConfig):
    """Tables of the platform (数据表)."""

    name = "shuangkong.store"
    label = "store"
    default_auto_field = "django.db.models.BigAutoField"
