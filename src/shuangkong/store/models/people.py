"""People and the posts they hold; a post is given and ended by new rows, so that who was what on any day stays known."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from shuangkong.store.append_only import AppendOnly
from shuangkong.store.models.organisations import Organisation


class People(BaseUserManager):
    """Finds people by the name they sign in with."""

    def get_by_natural_key(self, username: str) -> "Person":
        """Return the person with a sign-in name."""
        return self.get(sign_in_name=username)


class Person(AbstractBaseUser):
    """Somebody who signs in (用户). What the person may do follows from the appointments, never from the row."""

    sign_in_name = models.CharField(max_length=60, unique=True)
    full_name = models.CharField(max_length=60)
    title = models.CharField(max_length=60, blank=True)
    is_active = models.BooleanField(default=True)
    is_simulated = models.BooleanField(default=False)
    recorded_at = models.DateTimeField()
    password_changed_at = models.DateTimeField(null=True)
    last_activity_seen = models.DateTimeField(null=True)

    USERNAME_FIELD = "sign_in_name"
    REQUIRED_FIELDS: list[str] = []
    objects = People()


class Appointment(AppendOnly):
    """A role held for an organisation from a day on (任职). `stands_in_for` marks a stand-in (代办), whose acts say so."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="appointments")
    role = models.CharField(max_length=40)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="appointments")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    stands_in_for = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="stand_ins")
    granted_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="grants")
    reason = models.TextField()
    recorded_at = models.DateTimeField()
    link = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(valid_to=None) | models.Q(valid_to__gt=models.F("valid_from")), name="appointment_ends_after_it_begins"),
        ]


class AppointmentEnd(AppendOnly):
    """The end of an appointment (免职): nothing of it is erased."""

    appointment = models.OneToOneField(Appointment, on_delete=models.PROTECT, related_name="end")
    ended_on = models.DateField()
    ended_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.TextField()
    recorded_at = models.DateTimeField()
    link = models.BigIntegerField(null=True)
