"""Why something cannot be done to a return: named refusals, each with who acted, what to do."""

from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.returns.form import Form
from shuangkong.returns.states import ReturnAct, ReturnState
from shuangkong.services.organisations import Node
from shuangkong.store.models import Filing


class ChangedMeanwhile(Refusal):
    """Somebody acted on the filing after this page was loaded (版本已变化)."""

    def __init__(self, filing: Filing) -> None:
        last = filing.acts.order_by("-id").select_related("person").first()
        who = last.person.full_name if last and last.person else "系统"
        what = ReturnAct[last.act].value if last else ""
        state = ReturnState[filing.state]
        super().__init__(
            thing=Words("报表", "return"), value=f"{filing.organisation.code} {filing.form} {filing.period}",
            rule=Words(f"在您打开之后已由{who}{what}，现为“{state.value}”", f"was changed by {who} after you opened it; it is now {state.words.en}"),
            remedy=Words("刷新后查看新版本再办理", "reload, look at the new version, and act again"),
        )  # fmt: skip


class NotEditable(Refusal):
    """The filing is in no state to be edited (不能修改)."""

    def __init__(self, state: ReturnState) -> None:
        super().__init__(
            thing=Words("报表", "return"), value=state.value, rule=Words("已不在填报中", "is no longer a draft"),
            remedy=Words("受理前可撤回；锁定后申请更正", "withdraw it before acceptance; ask for an amendment after lock"),
        )  # fmt: skip


class SameHands(Refusal):
    """One person may not both submit and approve (上报人与核定人相同)."""

    def __init__(self, name: str, act: ReturnAct, earlier: ReturnAct) -> None:
        super().__init__(
            thing=Words("办理人", "person"), value=name, rule=Words(f"已{earlier.value}本表，不能再{act.value}", f"did '{earlier.words.en}', so may not '{act.words.en}'"),
            remedy=Words("由另一人办理", "let somebody else do it"),
        )  # fmt: skip


class NotAFiler(Refusal):
    """The organisation is not asked for this form (不是填报单位)."""

    def __init__(self, node: Node, form: Form) -> None:
        super().__init__(
            thing=Words("填报单位", "organisation"), value=node.name.zh, rule=Words(f"不填报“{form.name.zh}”", f"does not file '{form.name.en}'"),
            remedy=Words("核对填报单位名录", "check the list of filers"),
        )  # fmt: skip


class TooManyCells(Refusal):
    """More cells at once than any form has (单元格过多)."""

    def __init__(self, count: int, most: int) -> None:
        super().__init__(
            thing=Words("单元格", "cells"), value=count, rule=Words(f"一次最多 {most} 个", f"at most {most} at once"),
            remedy=Words("分次保存，或用 Excel 上传", "save in parts, or upload a workbook"),
        )  # fmt: skip


class UnreadableVersion(Refusal):
    """The page says a version that is none (版本无法识别)."""

    def __init__(self, said: object) -> None:
        super().__init__(
            thing=Words("报表版本", "version"), value=str(said)[:60], rule=Words("无法识别", "cannot be read"), remedy=Words("刷新页面后重试", "reload the page and try again"),
        )  # fmt: skip
