"""The words plans use for change, bounds and scopes: a lexicon, kept in one place so that it can be read and extended."""

import re
from typing import NamedTuple


class Verb(NamedTuple):
    """What a verb says about the number behind it (动词): kind of change, operator when nothing else decides it."""

    kind: str
    operator: str


def _alternatives(words: str) -> str:
    return "|".join(sorted(map(re.escape, words.split()), key=len, reverse=True))


# Where a level is to arrive or stay.
_LEVEL = "达到 达 稳定在 保持在 维持在 稳定保持在 提高到 提高至 提升到 提升至 增加到 增加至 增至 增长到 增长至 上升到 上升至 升至 扩大到 扩大至 扩展到 恢复到 实现 覆盖 保持 稳定 占 占到 发展到 完成"
_LEVEL_DOWN = "下降到 下降至 降到 降至 降低到 降低至 减少到 减少至 减到 减至 削减到 削减至 压减到 压减至 压缩到 压缩至 缩减到 缩减至 回落到 收窄到"
_CAP = "控制在 控制到 限制在 压减在 约束在 锁定在 严控在"
# A change against a base.
_FALL = "下降 降低 减少 削减 压减 缩减 压缩 减排 降幅 降幅达到 降幅达 减幅 减幅达到 再降 缩短"
_RISE = "提高 提升 增加 增长 上升 扩大 增幅 增幅达到 递增 改善"
VERBS: dict[str, Verb] = {
    **{word: Verb("level", ">=") for word in _LEVEL.split()},
    **{word: Verb("level_down", "<=") for word in _LEVEL_DOWN.split()},
    **{word: Verb("cap", "<=") for word in _CAP.split()},
    **{word: Verb("fall", ">=") for word in _FALL.split()},
    **{word: Verb("rise", ">=") for word in _RISE.split()},
}
# Bounds in front of a number.
BOUNDS: dict[str, str] = {
    **dict.fromkeys(("不低于", "不少于", "不小于", "不得低于", "不得少于", "至少", "最低", "≥", "大于等于", "大于或等于"), ">="),
    **dict.fromkeys(("不高于", "不超过", "不大于", "不多于", "不得超过", "不得高于", "不突破", "≤", "小于等于", "小于或等于", "最高", "优于"), "<="),
    **dict.fromkeys(("超过", "高于", "大于", "突破", "多于", "超", "逾", ">"), ">"),
    **dict.fromkeys(("低于", "小于", "少于", "<"), "<"),
    **dict.fromkeys(("约", "大约", "约为"), "~="),
}
# Bounds behind a number.
TAILS: dict[str, str] = {
    **dict.fromkeys(("以上", "及以上", "或以上"), ">="),
    **dict.fromkeys(("以下", "及以下", "以内", "之内", "或以下"), "<="),
    **dict.fromkeys(("左右", "上下", "前后"), "~="),
}
VERB_AT_END = re.compile(rf"(?P<verb>{_alternatives(' '.join(VERBS))})(?P<past>了)?$")
BOUND_AT_END = re.compile(rf"(?P<bound>{_alternatives(' '.join(BOUNDS))})$")
IS_AT_END = re.compile(r"(?<=[率比重例量度值标别均积力额数耗])(?:为|是|在|：)$")
ADVERB_AT_END = re.compile(
    r"(?P<adverb>分别|分別|依次|均|都|各|皆|全部|总体|基本|力争|争取|确保|努力|稳定|持续|长期|始终|进一步|累计|平均|年均|每年|逐年|应当|应|要|须|需|必须|将|能够|再|可|也|并|同步|大体|原则上|保持|维持|实现|总共|共|至|到|得)$"
)
IN_ORDER = frozenset({"分别", "依次"})
TO_ALL = frozenset({"均", "都", "各", "皆"})
STRETCH = frozenset({"力争", "争取"})
HOLDS = frozenset({"稳定", "保持", "维持", "稳定在", "保持在", "维持在", "稳定保持在", "每年", "始终", "持续"})

# Verbs that make things to be counted; the thing stands behind the number, or between verb and number.
_MAKE = "创建 建成 建设 新建 新增 新改建 改建 改造 培育 培养 遴选 打造 建立 评选 认定 推广 淘汰 完成 发展 增加 减少 形成 实现 布局 推进 实施 建成投用 投运 投放 更新 更换 引进 组建 选树 树立 关停 压减 削减 节约 替代 累计建成 累计完成 累计 储备 安装 配备 配置 治理 修复 整治 造林 复绿 抚育 敷设 铺设 节能 节水 减排 处置 节电 节煤 退出 争创 创成 获评 达到 达 拥有 建"
MAKING = re.compile(rf"(?P<verb>{_alternatives(_MAKE)})(?:成)?")
NAMED_BY_VERB = frozenset({"新增", "减少", "压减", "削减", "节约", "节能", "节电", "节煤", "退出", "增加", "替代"})

# What the name of a measurable thing ends with.
MEASURE_END = re.compile(
    r"(?:率|比例|占比|比重|比值|面积|能力|规模|装机|装机容量|容量|总量|产值|增加值|浓度|强度|能耗|煤耗|电耗|水耗|油耗|排放量|消费量|使用量|用水量|用量|减排量|产量|产能|天数|数量|里程|蓄积量|水平|指数|系数|效率|保有量|总数|总数量|消耗|费用|收入|量|数|值|额|度|份额|目标|幅度|PUE|）)$"
)
# Lower is better: “达到 35” then caps.
LOWER_IS_BETTER = re.compile(r"浓度|漏损率|煤耗|电耗|水耗|油耗|综合能耗|电能利用效率|PUE|重污染天数|单耗|劣Ⅴ类|劣V类|死亡率|发生率")
WITHOUT_UNIT = re.compile(r"电能利用效率|能源利用效率|电源使用效率|PUE|系数|指数|容积率|弹性|能效比")
MONEY_SUBJECT = re.compile(r"产值|增加值|收入|规模|生产总值|GDP|营业|营收|交易额|销售额")

POLLUTANTS = re.compile(
    r"化学需氧量(?:（COD）)?|氨氮|氮氧化物|挥发性有机物|二氧化硫|总磷|总氮|颗粒物|烟粉尘|细颗粒物|可吸入颗粒物|臭氧|二氧化碳|甲烷|重金属|COD|VOCs|NOx|PM2\.5|PM10|SO2|氨"
)
SCOPES = re.compile(
    r"全(?:市|省|县|区|州|盟|旗|国|自治区)|我[市省县区]|市中心城区|中心城区|中心城市|城市建成区|城区|县城建成区|建成区|主城区|市区|市本级|县级及以上城市|县级以上城市|地级及以上城市|地级以上城市|设区市|设区的市|设区城市|省辖市|县级城市|县级市|县（市）城区|县（市）|县（市、区）|县城|城市|城镇|建制镇|乡镇|镇区|镇|农村|乡村|平原地区|山区|公共机构|市|县|区"
)
WHOLE = re.compile(r"^(?:全(?:市|省|县|区|州|盟|旗|国|自治区)|我[市省县区])")
PLACE = re.compile(r"^[\u4e00-\u9fff]{1,8}?(?:自治[州县旗区]|地区|新区|开发区|示范区|高新区|经开区|[省市县区州盟旗]|平原|流域|及周边地区|三角洲?)(?![\u4e00-\u9fff]*[省市县区州盟旗]$)")
# Tails that several items may share: “绿色防控、统防统治覆盖率”.
SHARED_TAIL = re.compile(
    r"(?:(?:资源化|综合|无害化|回收|循环|集中|安全|有效|重复|清洁|再生)*(?:利用率|利用量|处理率|处置率|处理能力|治理率|收集率|回收率|回收量|普及率|覆盖率|达标率|占比|比例|比重|完成率|使用率|使用量|施用量|使用比例|渗漏率|漏损率)|(?:重点工程)?(?:减排量|削减量)|(?:大气污染物|污染物)?排放(?:总量|量|强度)|消费(?:总量|量)|用量|浓度|强度|(?:单位产品)?(?:综合)?能耗|用水量|装机(?:容量|规模)?|产能|产量|面积|保有量|数量)$"
)
SHARED_HEAD = re.compile(r"^(?:全[市省县区州盟旗国]|我[市省])?(?:主要农作物|主要粮食作物|主要污染物|重点工程|城市|城镇|农村|县城|规模以上工业|规上工业|公共机构|重点行业|单位(?:地区)?生产总值|单位GDP|新建|新增|累计)")
