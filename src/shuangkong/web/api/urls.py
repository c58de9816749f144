"""Addresses of the JSON API and of the page of tokens; the API's operations ask for their permission themselves, so the gate lets it through."""

from django.urls import path

from shuangkong.web.api import pages
from shuangkong.web.api.operations import api
from shuangkong.web.security.policies import PUBLIC, policy

_addresses = api.urls
for _route in _addresses[0]:
    _route.callback = policy(PUBLIC)(_route.callback)
urlpatterns = [
    path("api/", _addresses),
    path("tokens", pages.show_tokens, name="tokens"),
    path("tokens/issue", pages.issue, name="issue-token"),
    path("tokens/<int:token>/revoke", pages.revoke, name="revoke-token"),
]
