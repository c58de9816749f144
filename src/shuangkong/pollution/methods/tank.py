"""V5 storage tanks (储罐改造): standing and working loss before and after."""

from decimal import Decimal

from shuangkong.pollution.reduction import Reduction, State, shown


def tank_rebuilt(*, emission_before_t: Decimal, emission_after_t: Decimal) -> Reduction:
    """Return the fall in a tank's standing and working loss (储罐改造减排量).

    Parameters
    ----------
    emission_before_t, emission_after_t : Decimal
        Loss by the same tank model with the old and new roof, seal or vapour recovery. [t/a]

    Returns
    -------
    Reduction
        Unrounded. [t/a]

    Source
    ------
    主要污染物总量减排核算技术指南（2022年修订）VOCs 部分，按物料平衡推算，未核实.

    Examples
    --------
    >>> tank_rebuilt(emission_before_t=Decimal("12.5"), emission_after_t=Decimal("3.1")).reduction_t
    Decimal('9.4')
    """
    before, after = shown(emission_before_t, emission_after_t)
    return Reduction(State(emission_before_t), State(emission_after_t), "E0 − E1", f"{before} − {after}")
