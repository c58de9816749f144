"""One sentence, one trap: what is read as a target, how, and what is left alone."""

import pytest

from shuangkong.plan.reading import DraftPlan, DraftTarget, read_plan

HEAD = "江川市“十四五”节能减排综合工作方案\n一、目标\n（一）主要任务。"


def _read(sentence: str) -> DraftPlan:
    return read_plan(HEAD + sentence + "\n")


def _numeric(sentence: str) -> list[DraftTarget]:
    return [target for target in _read(sentence).targets if target.value is not None]


def _short(sentence: str) -> list[tuple[str, str, str | None, str]]:
    return [(target.indicator, target.operator, target.value, target.unit) for target in _numeric(sentence)]


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("到2025年，森林覆盖率达到30%以上。", [("森林覆盖率", ">=", "30", "%")]),
        ("到2025年，耕地保有量不少于800万亩。", [("耕地保有量", ">=", "800", "万亩")]),
        ("到2025年，煤炭消费比重下降到60%左右。", [("煤炭消费比重", "~=", "60", "%")]),
        ("到2025年，煤炭消费量下降10%。", [("煤炭消费量下降率", ">=", "10", "%")]),
        ("到2025年，供电煤耗降至300克标准煤/千瓦时以下。", [("供电煤耗", "<=", "300", "克标准煤/千瓦时")]),
        ("到2025年，能效达到标杆水平的产能比例超过30%。", [("能效达到标杆水平的产能比例", ">", "30", "%")]),
        ("到2025年，电能利用效率（PUE）低于1.3。", [("电能利用效率（PUE）", "<", "1.3", "")]),
        ("到2025年，绿色建筑占比达到100%。", [("绿色建筑占比", "=", "100", "%")]),
        ("到2025年，全市新建建筑100%执行绿色建筑标准。", [("新建建筑执行绿色建筑标准", "=", "100", "%")]),
        ("到2025年，用水总量控制在9.5亿立方米以内。", [("用水总量", "<=", "9.5", "亿立方米")]),
        ("到2025年，天然气消费占比提高3个百分点。", [("天然气消费占比提高", ">=", "3", "百分点")]),
        ("到2025年，油墨使用比例降低10个百分点。", [("油墨使用比例降低", ">=", "10", "百分点")]),
        ("到2025年，劣Ⅴ类水体比例为0。", [("劣Ⅴ类水体比例", "=", "0", "")]),
        ("到2025年，建筑能耗下降百分之五。", [("建筑能耗下降率", ">=", "5", "%")]),
        ("到2025年，60%以上的行政村生活污水得到有效治理。", [("行政村生活污水得到有效治理", ">=", "60", "%")]),
        ("到2025年，新能源汽车销量达到汽车销售总量的20%左右。", [("新能源汽车销量占汽车销售总量比例", "~=", "20", "%")]),
        ("到2025年，机组调峰能力提高到额定出力的45%。", [("机组调峰能力占额定出力比例", ">=", "45", "%")]),
        ("到2025年，水运周转量年均增长率在6%以上。", [("水运周转量年均增长率", ">=", "6", "%")]),
        ("到2025年，港口吞吐量达150万标箱。", [("港口吞吐量", ">=", "150", "万标箱")]),
        ("到2025年，各镇降尘量不高于6吨/平方公里·月。", [("各镇降尘量", "<=", "6", "吨/平方公里·月")]),
        ("到2025年，PM₂.₅平均浓度不高于29μg/m³。", [("PM2.5平均浓度", "<=", "29", "μg/m³")]),
        ("到2025年，云计算中心能源利用效率值优于1.4。", [("云计算中心能源利用效率值", "<=", "1.4", "")]),
        ("到2025年，储能电站年利用小时数不低于550小时。", [("储能电站年利用小时数", ">=", "550", "小时")]),
        ("客运站充电车位100%全覆盖。", [("客运站充电车位全覆盖", "=", "100", "%")]),
        ("到2025年，建成区45%以上面积达到海绵城市要求。", [("建成区面积达到海绵城市要求", ">=", "45", "%")]),
        ("到2025年，新能源汽车销量占比超45%。", [("新能源汽车销量占比", ">", "45", "%")]),
        ("到2025年，新增用能的55%以上由清洁能源满足。", [("新增用能由清洁能源满足", ">=", "55", "%")]),
        ("到2025年，岸线复绿30公里。", [("岸线复绿", ">=", "30", "公里")]),
        ("到2025年，淘汰5.5米及以下焦炉3座。", [("5.5米及以下焦炉", ">=", "3", "座")]),
        ("到2025年，关停20万千瓦级以下煤电机组4台共计60万千瓦。", [("20万千瓦级以下煤电机组", ">=", "4", "台")]),
    ],
)
def test_operator_and_unit(sentence: str, expected: list[tuple[str, str, str, str]]) -> None:
    assert _short(sentence) == expected


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("到2025年，建成绿色工厂3家、绿色园区2个。", [("绿色工厂", "3"), ("绿色园区", "2")]),
        ("到2025年，绿色工厂、绿色园区分别达到10家以上、5个。", [("绿色工厂", "10"), ("绿色园区", "5")]),
        ("到2025年，氨氮、总磷减排量分别达到1.2、0.5万吨。", [("氨氮减排量", "1.2"), ("总磷减排量", "0.5")]),
        ("主要污染物重点工程减排量：氮氧化物5.5万吨、氨氮0.3万吨。", [("氮氧化物重点工程减排量", "5.5"), ("氨氮重点工程减排量", "0.3")]),
        ("到2025年，污水处理率、再生水利用率分别达到98%,30%。", [("污水处理率", "98"), ("再生水利用率", "30")]),
        ("到2023年，绿色建筑占比达到80%，到2025年达到90%。", [("绿色建筑占比", "80"), ("绿色建筑占比", "90")]),
        ("到2025年，生活污水处理率达到98%，其中县城达到95%。", [("生活污水处理率", "98"), ("县城生活污水处理率", "95")]),
        ("到2025年，新增装机规模900万千瓦，其中风电500万千瓦、光伏400万千瓦。", [("新增装机规模", "900"), ("风电新增装机规模", "500"), ("光伏新增装机规模", "400")]),
        ("到2025年，再生水利用率：缺水镇达到30%，其他镇达到20%。", [("缺水镇再生水利用率", "30"), ("其他镇再生水利用率", "20")]),
        ("到2023年，建成换电站5座，到2025年累计建成12座。", [("换电站", "5"), ("换电站", "12")]),
        ("到2025年，甲醇综合能耗≤1400千克标准煤/吨，烧碱≤350千克标准煤/吨。", [("甲醇综合能耗", "1400"), ("烧碱综合能耗", "350")]),
        ("到2025年，主要污染物重点工程减排量分别为：化学需氧量52吨、氨氮3吨。", [("化学需氧量重点工程减排量", "52"), ("氨氮重点工程减排量", "3")]),
        ("到2025年，氨氮、总磷重点工程减排量完成省下达任务，分别为52吨、3吨。", [("氨氮重点工程减排量", "52"), ("总磷重点工程减排量", "3")]),
        ("到2025年，达到标杆水平的产能比例，钢铁为35%，水泥为25%。", [("钢铁达到标杆水平的产能比例", "35"), ("水泥达到标杆水平的产能比例", "25")]),
        ("到2025年，75%以上的国家级园区和55%以上的省级园区完成改造。", [("国家级园区", "75"), ("省级园区完成改造", "55")]),
        ("到2025年，氨氮、总磷2项主要污染物减排量分别达到52吨、3吨。", [("氨氮减排量", "52"), ("总磷减排量", "3")]),
        ("到2025年，无害化处理率城市达到99%、县城达到96%。", [("城市无害化处理率", "99"), ("县城无害化处理率", "96")]),
        ("到2025年，新建污水管网80公里（其中县城30公里）。", [("污水管网", "80"), ("县城污水管网", "30")]),
        ("推广光热建筑150万平方米，地热建筑40万平方米。", [("光热建筑", "150"), ("地热建筑", "40")]),
        ("实现65%左右的县级机关建成节约型机关。", [("县级机关建成节约型机关", "65")]),
        ("到2025年，清洁供暖率达到80%，其中县城70%，其中城关镇75%。", [("清洁供暖率", "80"), ("县城清洁供暖率", "70"), ("城关镇清洁供暖率", "75")]),
        ("每年治理200个行政村，5年完成1000个。", [("行政村治理数", "200"), ("行政村治理数", "1000")]),
        ("到2025年，废钢铁、废塑料等9种再生资源利用量达到450万吨。", [("废钢铁、废塑料等9种再生资源利用量", "450")]),
    ],
)
def test_lists(sentence: str, expected: list[tuple[str, str]]) -> None:
    assert [(target.indicator, target.value) for target in _numeric(sentence)] == expected


@pytest.mark.parametrize(
    "sentence",
    [
        "“十三五”期间，全市单位GDP能耗累计下降22.5%。",
        "2020年，全市森林覆盖率达到25%。",
        "全市能耗强度同比下降3.1%。",
        "推广5G应用，对标国家百项能效标准，落实“一企一策”。",
        "非道路移动机械（560千瓦及以下）执行第四阶段标准。",
        "年综合能耗1万吨标准煤以上的重点用能单位编报利用状况。",
        "淘汰35蒸吨/小时及以下燃煤锅炉。",
        "对超过限额标准10%的企业实行阶梯电价，最高奖励100万元。",
        "落实《云岭省节能条例》（云政〔2022〕29号），2022年6月8日起施行。",
        "各县（市、区）目标完成率低于80%的，暂停审批。",
        "每季度调度不少于1次，公示不少于10个工作日。",
        "新建项目污染物排放实行2倍替代。",
        "2023年底前全面关停4.8米焦炉。",
        "新建煤矿规模不低于90万吨/年，新上水泥项目单位产品综合能耗不高于98千克标准煤/吨。",
        "随机抽查比例不低于6%，2023年评估得分占综合考核的4%。",
        "年用水量5万立方米（含）以上的单位安装在线计量。",
        "燃气锅炉基准含氧量3.5%，活性炭碘值不低于650毫克/克，控制风速不低于0.5米/秒。",
        "支持3个国家级园区、9个省级园区开展试点。",
        "2023年，全市PM2.5平均浓度39微克/立方米，同比下降3.5%。",
        "落实建筑工地扬尘治理“六个100%”要求。",
    ],
)
def test_what_is_no_target(sentence: str) -> None:
    assert _numeric(sentence) == []


def test_stretch_value_beside_the_target() -> None:
    (found,) = _numeric("到2025年，全市单位生产总值能耗比2020年下降14%，力争14.5%。")
    assert (found.value, found.stretch_value, found.commitment, found.base_year) == ("14", "14.5", None, 2020)


def test_stretch_value_in_brackets() -> None:
    (found,) = _numeric("到2025年，能耗强度下降14%以上（力争15%）。")
    assert (found.value, found.stretch_value) == ("14", "15")


def test_stretch_before_the_year_governs_the_sentence_until_ensured() -> None:
    found = _numeric("力争到2025年，清洁能源占比达到20%，铁路货运比例达到30%，确保耕地面积不低于800万亩。")
    assert [target.commitment for target in found] == ["stretch", "stretch", None]


def test_either_or_shares_a_group() -> None:
    found = _numeric("到2025年，县级城市生活污水集中收集率力争达到70%以上，或比2020年提高5个百分点。")
    assert [(t.indicator, t.value, t.unit, t.alt_group, t.commitment, t.base_year) for t in found] == [
        ("县级城市生活污水集中收集率", "70", "%", "OR-1", "stretch", None),
        ("县级城市生活污水集中收集率较2020年提高", "5", "百分点", "OR-1", "stretch", 2020),
    ]


def test_base_value_of_from_and_to() -> None:
    (found,) = _numeric("到2025年，非化石能源消费比重由2020年的14.2%提高到18%左右。")
    assert (found.operator, found.value, found.base_year, found.base_value) == ("~=", "18", 2020, "14.2")


def test_years_in_order() -> None:
    found = _numeric("到2023年、2025年，节约型机关创建比例分别达到75%、85%。")
    assert [(target.value, target.target_year) for target in found] == [("75", 2023), ("85", 2025)]


def test_stretch_of_a_share_is_a_target_of_its_own() -> None:
    found = _numeric("到2025年，新能源汽车占比不低于30%，力争75%以上的机关建成节约型机关。")
    assert [(target.value, target.stretch_value) for target in found] == [("30", None), ("75", None)]


def test_asides_in_brackets_with_a_year_a_place_or_an_alternative() -> None:
    found = _numeric("到2025年，绿色建筑占比达95%（2023年达到80%），装配式建筑占比不低于30%（东州市不低于40%），收集率达到65%（或比2020年提高5个百分点）。")
    assert [(t.scope, t.value, t.unit, t.target_year, t.alt_group, t.base_year) for t in found] == [
        ("全市", "95", "%", 2025, None, None), ("全市", "80", "%", 2023, None, None), ("全市", "30", "%", 2025, None, None),
        ("东州市", "40", "%", 2025, None, None), ("全市", "65", "%", 2025, "OR-1", None), ("全市", "5", "百分点", 2025, "OR-1", 2020),
    ]  # fmt: skip


def test_list_of_names_takes_the_measure_before_it() -> None:
    found = _numeric("到2025年，装配式建筑占比达到35%，鹭江、泉湾、榕城力争达到40%。")
    assert [(t.scope, t.indicator, t.value) for t in found][1:] == [
        ("鹭江", "装配式建筑占比", "40"), ("泉湾", "装配式建筑占比", "40"), ("榕城", "装配式建筑占比", "40"),
    ]  # fmt: skip


def test_base_stated_for_a_whole_sentence() -> None:
    found = _numeric("以2020年能源资源消费为基数，2025年人均能耗下降6%。")
    assert [(target.value, target.base_year) for target in found] == [("6", 2020)]


def test_years_before_the_plan_was_issued_are_told_not_set() -> None:
    text = "江川市“十四五”节能减排工作方案\n江政发〔2023〕5号\n一、目标\n（一）任务。2022年全市能耗强度下降2.6%，到2022年绿电占比达到20%，2025年下降14%。\n"
    assert [(target.value, target.target_year) for target in read_plan(text).targets] == [("20", 2022), ("14", 2025)]


def test_many_years_in_order() -> None:
    found = _numeric("2023年、2024年、2025年全市PM2.5平均浓度分别降至45微克/立方米、43微克/立方米、41微克/立方米以下。")
    assert [(target.value, target.target_year, target.operator) for target in found] == [("45", 2023, "<="), ("43", 2024, "<="), ("41", 2025, "<=")]


def test_two_five_year_periods_share_a_value() -> None:
    found = _numeric("“十四五”“十五五”期间分别新增水电装机容量300万千瓦左右。")
    assert [(target.value, target.operator, target.target_year) for target in found] == [("300", "~=", 2025), ("300", "~=", 2030)]


@pytest.mark.parametrize(
    ("sentence", "years"),
    [
        ("到2025年，电炉钢占比达15%，熟料能耗降低5%；绿电占比20%，力争到2030年达到30%；水泥能耗下降3%。", [2025, 2025, 2025, 2030, 2025]),
        ("到2023年，能耗强度下降8%，到2025年下降14%；水耗年均下降3%。", [2023, 2025, 2025]),
        ("综合利用率2023年达到60%、2025年达到72%。", [2023, 2025]),
        ("到2025年，绿电占比达到20%，服务区充电站覆盖率2023年达到90%，水耗下降4%。", [2025, 2023, 2025]),
        ("服务区充电站覆盖率2023年达到90%；碳排放强度降低4%。", [2023, 2025]),
        ("到2025年，绿电占比达到20%；2023年底前关停机组2台；调峰能力提高30%。", [2025, 2023, 2025]),
    ],
)
def test_year_of_a_part_without_one(sentence: str, years: list[int]) -> None:
    assert [target.target_year for target in _numeric(sentence)] == years


def test_places_among_a_total() -> None:
    found = _numeric("到2025年，装配式建筑占比达到40%，其中江北市、江南市达到50%。")
    assert [(target.scope, target.indicator, target.value) for target in found] == [
        ("全市", "装配式建筑占比", "40"), ("江北市", "装配式建筑占比", "50"), ("江南市", "装配式建筑占比", "50"),
    ]  # fmt: skip


def test_scopes_carry_over_to_the_next_pair() -> None:
    found = _numeric("到2025年，市中心城区、县城污水处理率分别达到99%、97%，再生水利用率分别达到30%、25%。")
    assert [(target.scope, target.value) for target in found] == [("市中心城区", "99"), ("县城", "97"), ("市中心城区", "30"), ("县城", "25")]


def test_one_value_to_each_place() -> None:
    found = _numeric("到2025年，南关、北关、青河3市散煤用量分别减少50%。")
    assert [(target.scope, target.indicator, target.value) for target in found] == [
        ("南关", "散煤用量减少率", "50"), ("北关", "散煤用量减少率", "50"), ("青河", "散煤用量减少率", "50"),
    ]  # fmt: skip


def test_hold_every_year() -> None:
    found = _numeric("到2025年，秸秆综合利用率稳定在93%以上，农膜回收率达到90%，每年造林10万亩。")
    assert [target.hold_every_year for target in found] == [True, False, True]


def test_range_takes_the_lower_end_and_says_so() -> None:
    plan = _read("到2025年，装配式建筑占比达到30%—35%。")
    (found,) = plan.targets
    assert (found.value, found.value_high, found.confidence_pct) == ("30", "35", 60)
    assert [doubt.phrase for doubt in plan.unsure] == ["装配式建筑占比达到30%—35%"]


def test_no_year_takes_the_end_of_the_plan_and_says_so() -> None:
    (found,) = _numeric("森林覆盖率达到30%。")
    assert (found.target_year, found.confidence_pct, found.note) == (2025, 80, "未写年份，按规划期末年")


def test_five_year_period_gives_year_and_base() -> None:
    (found,) = _numeric("“十四五”时期，规模以上工业单位增加值能耗下降16%。")
    assert (found.target_year, found.base_year) == (2025, 2020)


def test_figures_cut_by_blanks_and_line_breaks() -> None:
    assert _short("到2025年，煤炭消费总量控制在1,2\n50万吨以内，森林覆盖率达到３５．\n５％。") == [
        ("煤炭消费总量", "<=", "1250", "万吨"), ("森林覆盖率", ">=", "35.5", "%"),
    ]  # fmt: skip


def test_value_set_from_above() -> None:
    (found,) = _read("完成省下达的“十四五”煤炭消费总量控制目标。").targets
    assert (found.indicator, found.operator, found.value) == ("煤炭消费总量控制目标", "external", None)
