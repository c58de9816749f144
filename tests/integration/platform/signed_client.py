"""A browser that somebody has signed in with."""

from datetime import timedelta

from django.test import Client

from shuangkong.services.people import Member
from shuangkong.services.signing_in import one_time_token


def signed_in(who: Member) -> Client:
    """Return a client with a session of the person."""
    client = Client()
    token = one_time_token(person_id=who.pk, purpose="sign-in", lasts=timedelta(hours=1))
    client.post(f"/sign-in/{token}")
    return client
