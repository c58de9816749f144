from datetime import date
from decimal import Decimal

import pytest

from shuangkong import rules
from shuangkong.energy.progress import UnusableTarget
from shuangkong.energy.warning import WarningLight, intensity_warning, total_warning

ON = rules.at(date(2023, 6, 30))


@pytest.mark.parametrize(
    ("actual", "light"),
    [
        ("3.1", WarningLight.GREEN), ("3", WarningLight.GREEN), ("2.9999", WarningLight.YELLOW), ("2.7", WarningLight.YELLOW),
        ("2.6999", WarningLight.RED), ("0", WarningLight.RED), ("-0.5", WarningLight.RED),
    ],
)
def test_intensity_lights_on_the_thresholds_and_beside_them(actual: str, light: WarningLight) -> None:
    found = intensity_warning(target_reduction_pct=Decimal(3), actual_reduction_pct=Decimal(actual), rules=ON)
    assert (found.light, found.level) == (light, light.value)


@pytest.mark.parametrize("target", ["0", "-2", "100"])
def test_an_intensity_target_must_be_a_fall(target: str) -> None:
    with pytest.raises(UnusableTarget):
        intensity_warning(target_reduction_pct=Decimal(target), actual_reduction_pct=Decimal(1), rules=ON)


@pytest.mark.parametrize(
    ("target", "actual", "light"),
    [
        ("2", "2", "GREEN"), ("2", "2.2", "YELLOW"), ("2", "2.21", "RED"),
        ("0", "0", "GREEN"), ("0", "0.01", "RED"), ("-1", "-1", "GREEN"), ("-1", "-0.9", "RED"),
    ],
)
def test_total_lights(target: str, actual: str, light: str) -> None:
    assert total_warning(target_growth=Decimal(target), actual_growth=Decimal(actual), rules=ON).light.name == light


def test_the_light_says_what_it_means() -> None:
    assert [(light.words.zh, light.situation.zh) for light in WarningLight] == [
        ("红灯", "十分严峻"), ("黄灯", "比较严峻"), ("绿灯", "总体顺利"),
    ]


def test_no_light_before_the_rule() -> None:
    with pytest.raises(rules.NoRuleOnDay):
        intensity_warning(target_reduction_pct=Decimal(3), actual_reduction_pct=Decimal(3), rules=rules.at(date(2019, 1, 1)))
