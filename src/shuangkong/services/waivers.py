"""Release from filing (豁免填报): a filer need not file a form for a period; given by the agency in charge, and taken back."""

from django.db import transaction

from shuangkong.access.roles import Permission
from shuangkong.evidence.act import ActKind
from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import Period
from shuangkong.returns.form import Form
from shuangkong.returns.states import EDITABLE, ReturnState
from shuangkong.services.chain import seal
from shuangkong.services.filing_refusals import NotAFiler
from shuangkong.services.filings import files
from shuangkong.services.membership import Membership
from shuangkong.services.organisations import Node, UnknownOrganisation
from shuangkong.services.people import Member, actor_of
from shuangkong.services.windows import BadWindow, is_waived
from shuangkong.store.models import Filing, Organisation, Waiver


class NothingToWaive(Refusal):
    """The waiver would change nothing, or release from what was done already (无可豁免)."""

    def __init__(self, node: Node, form: Form, rule: Words) -> None:
        super().__init__(
            thing=Words("豁免", "waiver"), value=f"{node.name.zh} {form.name.zh}", rule=rule, remedy=Words("查看填报进度", "look at the progress of filing"),
        )  # fmt: skip


def waive_period(*, form: Form, period: Period, organisation: str, who: Member, reason: str, is_waived: bool = True) -> int:
    """Release an organisation from filing a form for a period, or take that back (豁免填报); returns the place of its link.

    Raises
    ------
    NotPermitted, BadWindow, UnknownOrganisation, NotAFiler, NothingToWaive
        Unless the agency in charge of the form releases one of its filers from what is not filed yet.
    """
    with transaction.atomic():
        actor = actor_of(who, Permission.PERIOD_WAIVE, organisation, among=[form.agency])
        if period.grain is not form.grain:
            raise BadWindow(str(period), Words(f"本表按{form.grain.value}填报", f"the form is filed by the {form.grain.name.lower()}"))
        node = Membership().node(organisation, period)
        if node is None:
            raise UnknownOrganisation(organisation)
        _require_change(form, period, node, is_waived)
        sealed = seal(
            kind=ActKind.WAIVER, subject=f"waiver/{form.code}/{organisation}/{period}", actor=actor, reason=reason,
            content={"form": form.code, "is_waived": is_waived, "organisation": organisation, "period": str(period), "reason": reason},
        )  # fmt: skip
        Waiver.objects.create(
            form=form.code, period=str(period), organisation=Organisation.objects.get(code=organisation), is_waived=is_waived, reason=reason,
            person_id=actor.person_id, recorded_at=sealed.recorded_at, link=sealed.link,
        )  # fmt: skip
    return sealed.link


def _require_change(form: Form, period: Period, node: Node, wanted: bool) -> None:
    if is_waived(form.code, str(period), node.code) is wanted:
        raise NothingToWaive(node, form, Words("已经豁免", "is waived already") if wanted else Words("没有豁免", "is not waived"))
    if not wanted:
        return
    if not files(form, node):
        raise NotAFiler(node, form)
    states = Filing.objects.filter(form=form.code, period=str(period), organisation_id=node.pk).values_list("state", flat=True)
    if any(ReturnState[state] not in EDITABLE for state in states):
        raise NothingToWaive(node, form, Words("已经上报", "was filed already"))


def may_waive(form: Form, who: Member) -> bool:
    """Tell whether a person can release filers of a form (可否豁免填报)."""
    return any(post.allows(Permission.PERIOD_WAIVE) and post.organisation == form.agency for post in who.posts)
