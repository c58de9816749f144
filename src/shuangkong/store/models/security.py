"""What signing in rests on, and the log of who came and what was refused."""

from django.contrib.sessions.base_session import AbstractBaseSession, BaseSessionManager
from django.db import models

from shuangkong.store.append_only import AppendOnly
from shuangkong.store.models.people import Person


class SignInToken(models.Model):
    """A link that signs in or sets a password once (一次性令牌); only its digest is kept."""

    digest = models.CharField(max_length=64, unique=True)
    person = models.ForeignKey(Person, on_delete=models.CASCADE)
    purpose = models.CharField(max_length=12)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


class Session(AbstractBaseSession):
    """A session (会话) and whose it is; none is kept longer than it lasts."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, null=True, related_name="sessions")
    objects = BaseSessionManager()


class PasswordPast(AppendOnly):
    """A password of the past, hashed, not to be used again (历史口令)."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="passwords_past")
    encoded = models.CharField(max_length=160)
    recorded_at = models.DateTimeField()


class TotpSecret(models.Model):
    """The second factor of a person (动态口令); `last_step` keeps a code from being used twice.

    `sealed_next` is that of the telephone which is to take the place of this one, until it is confirmed.
    """

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="totp")
    sealed_secret = models.CharField(max_length=200)
    sealed_next = models.CharField(max_length=200, blank=True)
    is_confirmed = models.BooleanField(default=False)
    last_step = models.BigIntegerField(default=0)
    recorded_at = models.DateTimeField()


class RecoveryCode(models.Model):
    """A code for the day the second factor is lost (恢复码), hashed; once."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="recovery_codes")
    encoded = models.CharField(max_length=160)
    used_at = models.DateTimeField(null=True)


class SignInFailure(models.Model):
    """A failed attempt (登录失败), for lockout by name and by address."""

    sign_in_name = models.CharField(max_length=60)
    address = models.GenericIPAddressField()
    recorded_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["sign_in_name", "recorded_at"]), models.Index(fields=["address", "recorded_at"])]


class ApiToken(models.Model):
    """A token of the JSON API (接口令牌): digest, scope, end."""

    digest = models.CharField(max_length=64, unique=True)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=60)
    scopes = models.JSONField(default=list)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    recorded_at = models.DateTimeField()


class AccessEntry(AppendOnly):
    """One line of the log (操作记录): signed in, refused, exported, administered."""

    kind = models.CharField(max_length=30)
    sign_in_name = models.CharField(max_length=60, blank=True)
    address = models.GenericIPAddressField(null=True)
    path = models.CharField(max_length=300, blank=True)
    said = models.TextField(blank=True)
    recorded_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["recorded_at"]), models.Index(fields=["kind", "recorded_at"]), models.Index(fields=["sign_in_name", "kind", "recorded_at"])]
