"""W8, N6, V8 closure of capacity (产业结构升级、关停淘汰)."""

from decimal import Decimal

from shuangkong.kernel.language import Words
from shuangkong.pollution.reduction import Reduction, State, shown

ALL_PCT = Decimal(100)


def closed(
    *,
    base_emission_t: Decimal,
    closed_share_pct: Decimal | None = None,
    replacement_emission_t: Decimal | None = None,
) -> Reduction:
    """Return the base-year emission of what was closed, less what took over (关停淘汰减排量).

    Parameters
    ----------
    base_emission_t : Decimal
        Emission of the whole facility in the base-year statistics. [t/a]
    closed_share_pct : Decimal, optional
        Share of its capacity that was closed; the whole when not stated. [%]
    replacement_emission_t : Decimal, optional
        Emission of the capacity that replaces it; none when not stated, which is remarked. [t/a]

    Returns
    -------
    Reduction
        Unrounded. [t/a]

    Source
    ------
    主要污染物总量减排核算技术指南（2022年修订）产业结构升级部分，凭记忆，未核实.

    Examples
    --------
    >>> closed(base_emission_t=Decimal(120), closed_share_pct=Decimal(50),
    ...        replacement_emission_t=Decimal(10)).reduction_t
    Decimal('50')
    """
    share_pct = ALL_PCT if closed_share_pct is None else closed_share_pct
    replacing_t = replacement_emission_t or Decimal(0)
    remarks = []
    if closed_share_pct is None:
        remarks.append(Words("未注明关停比例，按全部关停", "closed share not stated; taken as the whole"))
    if replacement_emission_t is None:
        remarks.append(Words("未注明替代产能排放，按无替代", "no replacing emission stated; taken as none"))
    base, share, replacing = shown(base_emission_t, share_pct, replacing_t)
    return Reduction(
        State(base_emission_t),
        State(base_emission_t - base_emission_t * share_pct / 100 + replacing_t),
        "E0 × s − Er",
        f"{base} × {share}% − {replacing}",
        tuple(remarks),
    )
