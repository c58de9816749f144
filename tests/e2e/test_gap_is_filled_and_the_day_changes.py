"""A logger leaves out two hours; their masses are substituted; it sends them after all, then mends a third: the day's figure changes and its history shows."""

import re
import socket
from collections.abc import Iterable
from datetime import datetime, timedelta

from browser import settle
from conftest import Look, SignedIn
from playwright.sync_api import Page, expect
from served_city import ServedCity

from shuangkong.hj212 import Connection, Packet
from shuangkong.kernel.period import CHINA_STANDARD_TIME

OUTLET, MN, SECRET = "U001.DA090", "411721E2E00000000000090", "901234"
LEFT_OUT = (2, 3)
TRIES_MOST = 8
RELOADS_MOST = 600  # the drain takes readings in every other second, and has much to take while the city is young


def register(page: Page, since: str) -> None:
    page.goto("/monitoring/points/new")
    settle(page)
    page.get_by_label("所属单位、园区或县区").fill("U001")
    page.get_by_label("类别", exact=True).select_option("GAS_OUTLET")
    page.get_by_label("编码（终身不变）").fill(OUTLET)
    page.locator("#name_zh").fill("试验排口")
    page.locator("#point-from").fill(since)
    page.locator("#point-reason").fill("补传演练")
    page.get_by_role("button", name="登记", exact=True).click()
    settle(page)
    page.get_by_text("设定限值", exact=True).first.click()
    page.locator("#limit-factor").fill("a21026")
    page.locator("#limit-statistic").select_option("HOUR")
    page.locator("#limit-high").fill("35")
    page.locator("#limit-document").fill("许可证")
    page.locator("#limit-from").fill(since)
    page.locator("#limit-reason").fill("按许可证")
    page.get_by_role("button", name="设定限值").click()
    settle(page)
    page.get_by_text("登记设备", exact=True).first.click()
    page.locator("#device-mn").fill(MN)
    page.locator("#device-password").fill(SECRET)
    page.locator("#device-from").fill(since)
    page.locator("#device-reason").fill("新装")
    page.get_by_role("button", name="登记设备").click()
    page.get_by_role("dialog").get_by_role("button", name="登记设备").click()
    expect(page.locator("#devices + .sk-table-wrap, #devices ~ .sk-table-wrap").first).to_contain_text(MN)


def send_hours(gateway: tuple[str, int], day: datetime, told: Iterable[tuple[int, str]]) -> None:
    """Send hours of a day, each with a concentration and 10 000 m³ of gas, and wait for every answer."""
    codec = Connection()
    with socket.create_connection(gateway, timeout=2) as line:
        for hour, so2 in told:
            packet = Packet.of(
                command_code="2061", mn=MN, password=SECRET, system_code="31", request_id=f"{day:%Y%m%d}{hour:02}0000{hour:03}", flag=5,
                pairs=[("DataTime", f"{day:%Y%m%d}{hour:02}0000"), ("a21026-Avg", so2), ("a21026-Flag", "N"), ("a00000-Cou", "10000"), ("a00000-Flag", "N")],
            )  # fmt: skip
            answered(line, codec.send(packet))


def answered(line: socket.socket, raw: bytes) -> None:
    """Send a frame until it is answered: the gateway learns of a new device after some seconds, and says nothing to one it does not know."""
    for _ in range(TRIES_MOST):
        line.sendall(raw)
        heard = b""
        try:
            while b"CN=9014" not in heard:
                piece = line.recv(4096)
                assert piece, heard
                heard += piece
        except TimeoutError:
            continue
        return
    raise AssertionError("the gateway never answered")


def opened_until(page: Page, path: str, selector: str, text: str) -> None:
    """Open a page again until a part of it says a text."""
    for _ in range(RELOADS_MOST):
        page.goto(path)
        if page.locator(selector, has_text=text).count():
            break
    settle(page)
    expect(page.locator(selector, has_text=text).first).to_be_visible()


def test_a_gap_is_filled_and_the_day_changes_with_its_history(platform: ServedCity, signed_in: SignedIn, look: Look) -> None:
    yesterday = datetime.now(CHINA_STANDARD_TIME).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=1)
    day = f"{yesterday:%Y-%m-%d}"
    calendar, data = f"/monitoring/calendar/{OUTLET}?day={day}", f"/monitoring/points/{OUTLET}/data?day={day}"
    total = "table[data-name^=report-] tr.sk-total:last-child"
    reviewer = signed_in("county-reviewer", "/monitoring")
    register(reviewer, f"{yesterday - timedelta(days=2):%Y-%m-%d}")

    # 20 mg/m³ × 10 000 m³ are 0.2 kg an hour: 22 hours measured, two substituted.
    send_hours(platform.gateway, yesterday, [(hour, "20") for hour in range(24) if hour not in LEFT_OUT])
    opened_until(reviewer, calendar, "h2#day", "应收 48，收到 44")
    expect(reviewer.locator("main")).to_contain_text(f"{day} 02:00")
    expect(reviewer.locator("main")).to_contain_text(f"{day} 04:00")
    look(reviewer, "journey-gap-calendar")
    reviewer.goto(data)
    settle(reviewer)
    expect(reviewer.get_by_role("heading", level=1)).to_contain_text("有效 22/24 小时，替代 2")
    expect(reviewer.locator(total)).to_contain_text("4.800")
    expect(reviewer.locator("[data-mark=SUBSTITUTED]")).to_have_count(4)  # two hours, the day, the total
    look(reviewer, "journey-gap-substituted")

    # It sends the two hours after all: 0.3 kg each.
    send_hours(platform.gateway, yesterday, [(hour, "30") for hour in LEFT_OUT])
    opened_until(reviewer, calendar, "h2#day", "应收 48，收到 48")
    expect(reviewer.locator("main")).to_contain_text("没有缺数")
    expect(reviewer.locator("main")).to_contain_text(re.compile(r"收到 \d+ 个小时的数据"))  # told by the minute: those of the first sending may be in it
    reviewer.goto(data)
    settle(reviewer)
    expect(reviewer.get_by_role("heading", level=1)).to_contain_text("有效 24/24 小时；没有超限")
    expect(reviewer.locator(total)).to_contain_text("5.000")
    expect(reviewer.locator("[data-mark=SUBSTITUTED]")).to_have_count(0)

    # It mends an hour: what it was before stays to be seen, and the mean is beyond the limit.
    send_hours(platform.gateway, yesterday, [(5, "40")])
    opened_until(reviewer, data, total, "5.200")  # the figures are read first: a page that meets the value on its way may tell of it under them alone
    expect(reviewer.locator("#corrections")).to_contain_text("更正历史 1")
    expect(reviewer.get_by_role("heading", level=1)).to_contain_text("超限 1 次")
    corrected = reviewer.locator("table[data-name=corrections] tbody tr")
    expect(corrected).to_contain_text(f"{day} 05:00")
    expect(corrected).to_contain_text("20.000000")
    expect(corrected).to_contain_text("40.000000")
    look(reviewer, "journey-gap-corrected")
