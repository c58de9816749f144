"""Charts: well-formed, described, with gaps for missing years and labels that do not cover each other."""

from dataclasses import replace
from decimal import Decimal
from xml.etree import ElementTree

from shuangkong.kernel.language import Words
from shuangkong.services.documents.charts.canvas import Scale, spread
from shuangkong.services.documents.charts.ranking import draw_ranking, draw_tiles
from shuangkong.services.documents.charts.trajectory import draw_small, draw_trajectory
from shuangkong.services.documents.charts.waterfall import draw_waterfall
from shuangkong.services.documents.report import Report, Step, TrajectoryPoint

SVG = "{http://www.w3.org/2000/svg}"


def test_a_chart_carries_role_title_and_its_figures_as_description(report: Report) -> None:
    root = ElementTree.fromstring(draw_trajectory(report.trajectories[0], "zh"))
    assert root.get("role") == "img"
    assert root.findtext(f"{SVG}title") == "全市能耗强度累计下降 10.3%，超前 0.6 个百分点"
    assert "2022: 缺" in str(root.findtext(f"{SVG}desc"))
    named = {element.get("id") for element in root.iter() if element.get("id")}
    assert set(str(root.get("aria-labelledby")).split()) == named


def test_a_missing_year_breaks_the_line_and_is_named(report: Report) -> None:
    whole = replace(report.trajectories[0], points=tuple(TrajectoryPoint(2020 + i, Decimal(i), None) for i in range(5)))
    broken = replace(whole, points=(*whole.points[:2], TrajectoryPoint(2022, None, None), *whole.points[3:]))
    solid = 'stroke-width="2.4"'
    assert draw_trajectory(whole, "zh").count(solid) == 1
    assert draw_trajectory(broken, "zh").count(solid) == 2
    assert "缺数据" in draw_trajectory(broken, "zh")
    assert "缺数据" not in draw_trajectory(whole, "zh")


def test_a_trajectory_without_any_figure_says_why(report: Report) -> None:
    nothing = replace(report.trajectories[0], points=(TrajectoryPoint(2020, None, None), TrajectoryPoint(2025, None, None)), target=None,
                      required=None, missing=Words("没有申报", "not reported"))  # fmt: skip
    assert "没有申报" in draw_trajectory(nothing, "zh")


def test_small_charts_share_one_scale(report: Report) -> None:
    small = [one for one in report.trajectories if not one.is_lead]
    low = draw_small(small[0], [small[0]], "zh")
    shared = draw_small(small[0], [*small, replace(small[0], target=Decimal(40))], "zh")
    assert low != shared


def test_places_without_data_keep_their_row_and_tile(report: Report) -> None:
    assert report.ranking is not None
    for drawing in (draw_ranking(report.ranking, "zh"), draw_tiles(report.ranking, "zh")):
        ElementTree.fromstring(drawing)
        assert "高新区" in drawing
    assert "未报送 2023 年数据" in draw_ranking(report.ranking, "zh")
    assert "stroke-dasharray" in draw_tiles(report.ranking, "zh")


def test_the_waterfall_draws_one_bar_a_step_and_their_sum(report: Report) -> None:
    assert report.decomposition is not None
    longer = replace(report.decomposition, steps=(*report.decomposition.steps, Step(Words("其他", "other"), Decimal("0.0001"))))
    assert draw_waterfall(longer, "zh").count("<rect") == 5
    assert "+0.0092" in draw_waterfall(longer, "zh")
    assert "−0.0338" in draw_waterfall(longer, "zh")


def test_ticks_are_round_and_cover_the_figures() -> None:
    scale = Scale.over([Decimal("-3.2"), Decimal("14.9")], start=0, end=100)
    assert [str(tick) for tick in scale.ticks] == ["-5", "0", "5", "10", "15"]
    assert (scale.place(Decimal(-5)), scale.place(Decimal(15))) == (0, 100)


def test_equal_figures_still_make_a_scale() -> None:
    assert Scale.over([Decimal(7), Decimal(7)], start=0, end=10).place(Decimal(7)) == 5


def test_labels_stay_apart_and_inside() -> None:
    put = spread([Decimal(10), Decimal(11), Decimal(12)], 15, 0, 30)
    assert sorted(put) == [0, 15, 30]
