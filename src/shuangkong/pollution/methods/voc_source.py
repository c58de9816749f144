"""V1 low-VOC materials, V2 better collection, removal and running, V3 both (涉 VOCs 工业源)."""

from decimal import Decimal

from shuangkong.pollution.reduction import Reduction, State, shown

PCT_CUBED = 1_000_000


def _controlled(generated_t: Decimal, collection_pct: Decimal, removal_pct: Decimal, uptime_pct: Decimal) -> State:
    removed_t = generated_t * collection_pct * removal_pct * uptime_pct / PCT_CUBED
    return State.treated(generated_t=generated_t, removed_t=removed_t)


def substituted(
    *,
    use_before_t: Decimal,
    use_after_t: Decimal,
    voc_before_pct: Decimal,
    voc_after_pct: Decimal,
    collection_pct: Decimal,
    removal_pct: Decimal,
    uptime_pct: Decimal,
) -> Reduction:
    """Return the reduction of materials with less VOC, the controls unchanged (源头替代减排量).

    Parameters
    ----------
    use_before_t, use_after_t : Decimal
        Material used, thinner and cleaner included. [t/a]
    voc_before_pct, voc_after_pct : Decimal
        Mass share of VOC. [%]
    collection_pct, removal_pct, uptime_pct : Decimal
        Of the controls, the same before and after. [%]

    Returns
    -------
    Reduction
        Unrounded. [t/a]

    Source
    ------
    主要污染物总量减排核算技术指南（2022年修订）VOCs 部分，按物料平衡推算，未核实.

    Examples
    --------
    >>> substituted(use_before_t=Decimal(100), use_after_t=Decimal(110), voc_before_pct=Decimal(60), voc_after_pct=Decimal(10),
    ...             collection_pct=Decimal(80), removal_pct=Decimal(50), uptime_pct=Decimal(100)).reduction_t
    Decimal('29.4')
    """
    u0, w0, u1, w1, c, r, t = shown(
        use_before_t, voc_before_pct, use_after_t, voc_after_pct, collection_pct, removal_pct, uptime_pct
    )
    return Reduction(
        _controlled(use_before_t * voc_before_pct / 100, collection_pct, removal_pct, uptime_pct),
        _controlled(use_after_t * voc_after_pct / 100, collection_pct, removal_pct, uptime_pct),
        "(U0 × w0 − U1 × w1) × (1 − c × r × t)",
        f"({u0} × {w0}% − {u1} × {w1}%) × (1 − {c}% × {r}% × {t}%)",
    )


def control_improved(
    *,
    generated_t: Decimal,
    collection_before_pct: Decimal,
    collection_after_pct: Decimal,
    removal_before_pct: Decimal,
    removal_after_pct: Decimal,
    uptime_before_pct: Decimal,
    uptime_after_pct: Decimal,
) -> Reduction:
    """Return the reduction of better collection, removal or running of the controls (收集与治理提升减排量).

    Parameters
    ----------
    generated_t : Decimal
        VOC generated, the same in both states. [t/a]
    collection_before_pct, removal_before_pct, uptime_before_pct : Decimal
        The three rates before: 收集率, 去除率 and 运行率. [%]
    collection_after_pct, removal_after_pct, uptime_after_pct : Decimal
        The three rates after. [%]

    Returns
    -------
    Reduction
        Unrounded. [t/a]

    Source
    ------
    主要污染物总量减排核算技术指南（2022年修订）VOCs 部分，按物料平衡推算，未核实.

    Examples
    --------
    >>> control_improved(generated_t=Decimal(100), collection_before_pct=Decimal(30), collection_after_pct=Decimal(90),
    ...     removal_before_pct=Decimal(30), removal_after_pct=Decimal(80), uptime_before_pct=Decimal(80),
    ...     uptime_after_pct=Decimal(95)).reduction_t
    Decimal('61.2')
    """
    both = source_and_control(
        generated_before_t=generated_t, generated_after_t=generated_t,
        collection_before_pct=collection_before_pct, collection_after_pct=collection_after_pct,
        removal_before_pct=removal_before_pct, removal_after_pct=removal_after_pct,
        uptime_before_pct=uptime_before_pct, uptime_after_pct=uptime_after_pct,
    )  # fmt: skip
    g, c0, r0, t0, c1, r1, t1 = shown(
        generated_t, collection_before_pct, removal_before_pct, uptime_before_pct,
        collection_after_pct, removal_after_pct, uptime_after_pct,
    )
    return Reduction(
        both.before,
        both.after,
        "G × (c1 × r1 × t1 − c0 × r0 × t0)",
        f"{g} × ({c1}% × {r1}% × {t1}% − {c0}% × {r0}% × {t0}%)",
    )


def source_and_control(
    *,
    generated_before_t: Decimal,
    generated_after_t: Decimal,
    collection_before_pct: Decimal,
    collection_after_pct: Decimal,
    removal_before_pct: Decimal,
    removal_after_pct: Decimal,
    uptime_before_pct: Decimal,
    uptime_after_pct: Decimal,
) -> Reduction:
    """Return the reduction where material and controls both changed (源头替代与治理并举减排量).

    Replaces V1 and V2 taken apart, which would count the same tonnes twice.

    Parameters
    ----------
    generated_before_t, generated_after_t : Decimal
        VOC generated before and after. [t/a]
    collection_before_pct, removal_before_pct, uptime_before_pct : Decimal
        The three rates before. [%]
    collection_after_pct, removal_after_pct, uptime_after_pct : Decimal
        The three rates after. [%]

    Returns
    -------
    Reduction
        Unrounded. [t/a]

    Source
    ------
    主要污染物总量减排核算技术指南（2022年修订）VOCs 部分，按物料平衡推算，未核实.

    Examples
    --------
    >>> source_and_control(generated_before_t=Decimal(100), generated_after_t=Decimal(40),
    ...     collection_before_pct=Decimal(30), collection_after_pct=Decimal(90), removal_before_pct=Decimal(30),
    ...     removal_after_pct=Decimal(80), uptime_before_pct=Decimal(100), uptime_after_pct=Decimal(100)).reduction_t
    Decimal('79.8')
    """
    g0, c0, r0, t0, g1, c1, r1, t1 = shown(
        generated_before_t, collection_before_pct, removal_before_pct, uptime_before_pct,
        generated_after_t, collection_after_pct, removal_after_pct, uptime_after_pct,
    )
    return Reduction(
        _controlled(generated_before_t, collection_before_pct, removal_before_pct, uptime_before_pct),
        _controlled(generated_after_t, collection_after_pct, removal_after_pct, uptime_after_pct),
        "G0 × (1 − c0 × r0 × t0) − G1 × (1 − c1 × r1 × t1)",
        f"{g0} × (1 − {c0}% × {r0}% × {t0}%) − {g1} × (1 − {c1}% × {r1}% × {t1}%)",
    )


def two_stage_removal_pct(*, first_pct: Decimal, second_pct: Decimal) -> Decimal:
    """Return the removal of two stages in series (两级串联去除率).

    Whether a guide lets two stages of carbon be credited so is not known; the caller decides.

    Parameters
    ----------
    first_pct, second_pct : Decimal
        Removal of each stage, of what reaches it. [%]

    Returns
    -------
    Decimal
        Unrounded. [%]

    Source
    ------
    按物料平衡推算.

    Examples
    --------
    >>> two_stage_removal_pct(first_pct=Decimal(30), second_pct=Decimal(50))
    Decimal('65')
    """
    return first_pct + (100 - first_pct) * second_pct / 100
