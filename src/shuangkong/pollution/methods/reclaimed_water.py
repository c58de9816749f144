"""W4 reclaimed water (再生水循环利用): a discharge that no longer happens."""

from decimal import Decimal

from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.kernel.rounding import plain
from shuangkong.pollution.reduction import TONNES_PER_10K_M3_MG_L, Reduction, State, shown
from shuangkong.rules import RulesOnDay


class PartExceedsWhole(Refusal):
    """More water to ecological replenishment than was reused (生态补水量大于再生水利用量)."""

    def __init__(self, ecological_10k_m3: Decimal, reused_10k_m3: Decimal) -> None:
        super().__init__(
            thing=Words("其中生态补水量", "ecological volume, a part of the reuse"),
            value=plain(ecological_10k_m3),
            rule=Words(f"大于再生水利用量 {plain(reused_10k_m3)}", f"exceeds the volume reused, {plain(reused_10k_m3)}"),
            remedy=Words("利用量应含生态补水量，核对两项", "the volume reused includes it; check both"),
        )


def reused(
    *, reused_10k_m3: Decimal, effluent_mg_l: Decimal, ecological_10k_m3: Decimal = Decimal(0), rules: RulesOnDay
) -> Reduction:
    """Return the discharge avoided by using reclaimed water (再生水利用减排量).

    `reused_10k_m3` is all that was metered at users; of it, ecological replenishment returns to the water body and
    counts only by the share the rule gives (none at present).

    Parameters
    ----------
    reused_10k_m3, ecological_10k_m3 : Decimal
        Metered reuse, and the part of it that went to ecological replenishment. [万m³/a]
    effluent_mg_l : Decimal
        Mean effluent of the plant that supplies it. [mg/L]
    rules : RulesOnDay
        For the share of ecological replenishment that counts.

    Returns
    -------
    Reduction
        Unrounded. [t/a]

    Raises
    ------
    PartExceedsWhole
        If the ecological part is larger than the reuse.

    Source
    ------
    主要污染物总量减排核算技术指南（2022年修订）再生水部分，凭记忆，未核实.

    Examples
    --------
    >>> from datetime import date
    >>> from shuangkong.rules import at
    >>> reused(reused_10k_m3=Decimal(500), ecological_10k_m3=Decimal(200), effluent_mg_l=Decimal(30),
    ...        rules=at(date(2023, 12, 31))).reduction_t
    Decimal('90.00')
    """
    if ecological_10k_m3 > reused_10k_m3:
        raise PartExceedsWhole(ecological_10k_m3, reused_10k_m3)
    share = rules.get("pollution.reclaimed_water.ecological_share_pct")
    counted_10k_m3 = reused_10k_m3 - ecological_10k_m3 * (100 - share.number) / 100
    generated_t = TONNES_PER_10K_M3_MG_L * counted_10k_m3 * effluent_mg_l
    total, ecological, effluent, counted = shown(reused_10k_m3, ecological_10k_m3, effluent_mg_l, share.number)
    note = Words(
        f"再生水利用量 {total} 万m³ 中含生态补水 {ecological} 万m³，后者按 {counted}% 计入",
        f"of the {total} × 10⁴ m³ reused, {ecological} went to ecological replenishment, which counts by {counted} %",
    )
    return Reduction(
        State(generated_t),
        State(Decimal(0)),
        "0.01 × (Qr − Qe × (1 − s)) × Ce" if ecological_10k_m3 else "0.01 × Qr × Ce",
        f"0.01 × ({total} − {ecological} × (1 − {counted}%)) × {effluent}" if ecological_10k_m3 else f"0.01 × {total} × {effluent}",
        (note,) if ecological_10k_m3 else (),
        (share,) if ecological_10k_m3 else (),
    )
