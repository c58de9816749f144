"""Passwords: what a good one is, none twice, none for ever."""

import re
from datetime import timedelta
from unicodedata import normalize

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction

from shuangkong.kernel.faults import Fault, InputRefused
from shuangkong.kernel.language import Words
from shuangkong.services import clock
from shuangkong.services.security_limits import common_words, limit
from shuangkong.services.sessions import end_sessions
from shuangkong.store.models import PasswordPast, Person

_THING = Words("口令", "password")
_DIGITS_AND_SIGNS = re.compile(r"[\W\d_]+")
_FOLDED = str.maketrans("013457@$!|", "oieastasil")  # p@ssw0rd is password


def faults_of(password: str, *, sign_in_name: str, full_name: str = "") -> tuple[Fault, ...]:
    """Return all that is wrong with a password, its text never among it (口令检查)."""
    least, most, different = limit("password_length_least"), limit("password_length_most"), limit("password_different_least")
    plain = normalize("NFKC", password).casefold()
    found: list[tuple[Words, Words]] = []
    if len(password) < least:
        found.append((Words(f"少于 {least} 个字符", f"has fewer than {least} characters"), Words("加长，可用几个互不相干的词", "make it longer; a few unrelated words will do")))
    if len(password) > most:
        found.append((Words(f"多于 {most} 个字符", f"has more than {most} characters"), Words("缩短", "make it shorter")))
    if len(set(plain)) < different:
        found.append((Words(f"不同的字符少于 {different} 个", f"has fewer than {different} different characters"), Words("用更多不同的字符", "use more of them")))
    names = [name for told in (sign_in_name, full_name) if len(name := normalize("NFKC", told).casefold()) >= 2]
    if any(name in plain or name in plain[::-1] for name in names):
        found.append((Words("含有登录名或姓名", "holds the name"), Words("不要用名字", "leave the name out")))
    if len(_own_part(plain)) < limit("password_own_letters_least"):
        found.append((Words("由常见词、数字或符号组成", "is made of common words, digits and signs"), Words("加入别人想不到的词", "add words that nobody expects")))
    return tuple(Fault(_THING, "", rule, remedy) for rule, remedy in found)


def _own_part(plain: str) -> str:
    """Return what is left when common words, digits and signs are taken away, as typed or as they are meant to be read."""
    left = []
    for text in (plain, plain.translate(_FOLDED)):
        for word in common_words():
            text = text.replace(word, " ")
        left.append(_DIGITS_AND_SIGNS.sub("", text))
    return min(left, key=len)


def set_password(*, person_id: int, password: str, keep: str = "") -> None:
    """Give a person a new password and end all sessions but one (设定口令).

    Parameters
    ----------
    person_id : int
        Whose.
    password : str
        As typed.
    keep : str
        Key of the session it was changed in, which goes on.

    Raises
    ------
    InputRefused
        With everything that is wrong with it.
    """
    with transaction.atomic():
        person = Person.objects.select_for_update().get(pk=person_id)
        faults = list(faults_of(password, sign_in_name=person.sign_in_name, full_name=person.full_name))
        past = PasswordPast.objects.filter(person=person).order_by("-id")[: limit("password_history")].values_list("encoded", flat=True)
        if not faults and any(check_password(password, encoded) for encoded in past):
            remedy = Words("换一个没用过的", "choose one not used before")
            faults.append(Fault(_THING, "", Words(f"与最近 {limit('password_history')} 次用过的相同", "was used not long ago"), remedy))
        if faults:
            raise InputRefused(faults)
        person.password, person.password_changed_at = make_password(password), clock.now()
        person.save(update_fields=["password", "password_changed_at"])
        PasswordPast.objects.create(person=person, encoded=person.password, recorded_at=person.password_changed_at)
        end_sessions(person_id=person_id, keep=keep)


def is_expired(person: Person) -> bool:
    """Tell whether the password must be changed before anything else (口令过期)."""
    changed = person.password_changed_at
    return changed is None or clock.now() - changed > timedelta(days=limit("password_days"))
