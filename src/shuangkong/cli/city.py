"""`city`: what is wrong with a city pack."""

import json
import sys
from pathlib import Path

import click

from shuangkong.cli.language import language, say
from shuangkong.kernel.faults import Fault
from shuangkong.kernel.language import Words
from shuangkong.services.city_check import check_city


@click.group()
def city() -> None:
    """城市数据包 / City packs.

    \b
    例 / Example:
      shuangkong city check my-city
    """


@city.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
def check(folder: Path, form: str) -> None:
    """检查城市包，一次列出全部问题；无问题退出码 0，有问题 1，无法读取 2。

    Say everything that is wrong with a city pack; exit 0 when clean, 1 when something was found, 2 when it is no pack.

    \b
    例 / Example:
      shuangkong city check my-city
    """
    faults = check_city(folder)
    if form == "json":
        print(json.dumps({"folder": folder.resolve().name, "faults": [_plain(fault) for fault in faults]}, ensure_ascii=False, indent=1))
    else:
        for fault in faults:
            print(fault.line(language()))
        found = Words(f"发现 {len(faults)} 处问题", f"{len(faults)} found") if faults else Words("未发现问题", "nothing wrong")
        print(say(Words(f"{folder.resolve().name}：{found.zh}", f"{folder.resolve().name}: {found.en}")))
    sys.exit(1 if faults else 0)


def _plain(fault: Fault) -> dict[str, str]:
    return {
        "where": say(fault.where) if fault.where else "",
        "thing": say(fault.thing),
        "value": fault.value,
        "rule": say(fault.rule),
        "remedy": say(fault.remedy),
    }
