"""Green certificates from other provinces count only up to a share of the saving still needed."""

from dataclasses import dataclass
from decimal import Decimal

from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.kernel.rounding import plain
from shuangkong.rules import RulesOnDay, RuleValue

LIMIT = "energy.green_certificate.limit"
POWER = "energy.green_certificate.power"


class NegativeCertificates(Refusal):
    """Certificates below zero (绿证为负)."""

    def __init__(self, certificate_tce: Decimal) -> None:
        super().__init__(
            thing=Words("绿证对应能耗", "energy of the certificates"),
            value=plain(certificate_tce),
            rule=Words("不应为负", "cannot be negative"),
            remedy=Words("填写跨省净购入量；净售出的地区不适用抵扣", "give net purchases; a net seller has nothing to deduct"),
        )


@dataclass(frozen=True, slots=True)
class CertificateLimit:
    """How much of the certificates may be used (可抵扣量). [tce]"""

    usable_tce: Decimal
    limit_tce: Decimal
    rule: RuleValue


def green_certificate_limit(*, needed_saving_tce: Decimal, certificate_tce: Decimal, rules: RulesOnDay) -> CertificateLimit:
    """Return how much energy of cross-province certificates may be deducted (绿证抵扣上限).

    Parameters
    ----------
    needed_saving_tce : Decimal
        Saving the receiving place still needs for its target; zero or less when it is met. [tce]
    certificate_tce : Decimal
        Net certificates bought from other provinces, as energy. [tce]
    rules : RulesOnDay
        Gives the share.

    Returns
    -------
    CertificateLimit
        Zero usable where nothing is needed.

    Raises
    ------
    NegativeCertificates
        If certificates are negative.

    Source
    ------
    发改环资〔2024〕113号：不超过完成目标所需节能量的50%.

    Examples
    --------
    >>> from datetime import date
    >>> from shuangkong import rules
    >>> green_certificate_limit(needed_saving_tce=Decimal(1000), certificate_tce=Decimal(700), rules=rules.at(date(2024, 12, 31))).usable_tce
    Decimal('500')
    """
    if certificate_tce < 0:
        raise NegativeCertificates(certificate_tce)
    rule = rules.get(LIMIT)
    limit_tce = max(needed_saving_tce, Decimal(0)) * rule.number / 100
    return CertificateLimit(usable_tce=min(certificate_tce, limit_tce), limit_tce=limit_tce, rule=rule)


def certificate_power_kwh(certificates: int, *, rules: RulesOnDay) -> Decimal:
    """Return the power that so many certificates stand for (绿证对应电量). [kWh]

    Source
    ------
    发改能源〔2023〕1044号.

    Examples
    --------
    >>> from datetime import date
    >>> from shuangkong import rules
    >>> certificate_power_kwh(25, rules=rules.at(date(2024, 12, 31)))
    Decimal('25000')
    """
    return certificates * rules.get(POWER).number
