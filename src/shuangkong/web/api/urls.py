"""Addresses of the JSON API; its operations ask for their permission themselves, so the gate lets it through."""

from django.urls import path

from shuangkong.web.api.operations import api
from shuangkong.web.security.policies import PUBLIC, policy

_addresses = api.urls
for _route in _addresses[0]:
    _route.callback = policy(PUBLIC)(_route.callback)
urlpatterns = [path("api/", _addresses)]
