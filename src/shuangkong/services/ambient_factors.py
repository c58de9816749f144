"""What is measured in air and water (环境质量项目): items of the standards, under the codes the lake knows them by.

In the lake, items of water stand in the unit of GB 3838, air in µg/m³ and CO in mg/m³, whatever the default of HJ 212 is.
"""

from collections.abc import Mapping
from datetime import date

from shuangkong.kernel.language import Words
from shuangkong.rules import at, book

LAB, HOUR = "Lab", "Hour-Avg"
BELOW = "L"  # below the limit of detection
VALID_FLAGS = ("", "N", "S", BELOW)
WATER_CODES: Mapping[str, str] = {
    "pH": "w01001", "DO": "w01009", "CODMN": "w01019", "COD": "w01018", "BOD5": "w01017", "NH3_N": "w21003", "TP": "w21011", "TN": "w21001", "CU": "w20138", "ZN": "w20139",
    "F": "w21017", "SE": "w20140", "AS": "w20141", "HG": "w20142", "CD": "w20143", "CR6": "w20117", "PB": "w20144", "CN": "w21016", "PHENOL": "w23002", "OIL": "w22001",
    "LAS": "w19002", "S": "w21019", "FC": "w02003", "TEMPERATURE": "w01010", "SO4": "w21038", "CL": "w21022", "NO3_N": "w21007", "FE": "w20125", "MN": "w20124",
}  # fmt: skip
AIR_CODES: Mapping[str, str] = {"PM25": "a34004", "PM10": "a34002", "SO2": "a21026", "NO2": "a21004", "CO": "a21005", "O3": "a05024"}
WATER_ITEMS = {code: item for item, code in WATER_CODES.items()}
AIR_ITEMS = {code: item for item, code in AIR_CODES.items()}
AIR_NAMES: Mapping[str, Words] = {
    "PM25": Words("PM2.5", "PM2.5"), "PM10": Words("PM10", "PM10"), "SO2": Words("二氧化硫", "SO2"), "NO2": Words("二氧化氮", "NO2"), "CO": Words("一氧化碳", "CO"), "O3": Words("臭氧", "O3"),
}  # fmt: skip
_TEMPERATURE = Words("水温", "water temperature")


def water_name(item: str, day: date) -> Words:
    """Return the name of an item of water (水质项目名称).

    Examples
    --------
    >>> water_name("NH3_N", date(2024, 1, 1)).zh, water_name("FE", date(2024, 1, 1)).zh, water_name("TP", date(2024, 1, 1)).zh
    ('氨氮', '铁', '总磷')
    """
    path = next((f"{table}.limits.{item}" for table in ("pollution.ambient.surface_water", "pollution.ambient.drinking_water") if f"{table}.limits.{item}" in book().rules), "")
    if not path:
        return _TEMPERATURE if item == "TEMPERATURE" else Words(item, item)
    name = at(day).get(path).name
    return Words(name.zh.split("（河流")[0].split("（湖库")[0], name.en.split(", rivers")[0].split(", lakes")[0])


def water_unit(item: str) -> str:
    """Return the unit of an item of water (水质项目单位).

    Examples
    --------
    >>> water_unit("COD"), water_unit("pH"), water_unit("FC")
    ('mg/L', '', '个/L')
    """
    return {"pH": "", "FC": "个/L", "TEMPERATURE": "℃"}.get(item, "mg/L")


def air_unit(item: str) -> str:
    """Return the unit of an item of air (空气项目单位).

    Examples
    --------
    >>> air_unit("CO"), air_unit("O3")
    ('mg/m³', 'µg/m³')
    """
    return "mg/m³" if item == "CO" else "µg/m³"
