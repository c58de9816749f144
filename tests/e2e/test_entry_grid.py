"""Typing into a return as one types into Excel, with good and bad connections, against a server that answers as it is told."""

import json
from typing import Any

import pytest
from browser import Watch, settle
from component_server import Answer, ComponentServer
from playwright.sync_api import Locator, Page, expect

COAL = "205-1.raw_coal"
COKE = "205-1.coke"


@pytest.fixture
def grid(page: Page, components: ComponentServer) -> Page:
    page.goto(f"{components.url}/?charts=no")
    settle(page)
    return page


def cell(page: Page, key: str) -> Locator:
    return page.locator(f'input[name="{key}"]')


def state(page: Page, key: str) -> Locator:
    return page.locator(f'td[data-key="{key}"]')


def saved(page: Page) -> Locator:
    return page.locator(".sk-grid-status [data-role=saved]")


def note(page: Page) -> Locator:
    return page.locator(".sk-grid-status [data-role=note]")


def paste(page: Page, text: str) -> None:
    page.evaluate("(text) => navigator.clipboard.writeText(text)", text)
    page.keyboard.press("Control+v")


def at(page: Page) -> str:
    return str(page.evaluate("(document.activeElement.name || document.activeElement.dataset.key || '')"))


def test_typing_is_saved_and_the_computed_figure_follows(grid: Page, components: ComponentServer) -> None:
    cell(grid, f"{COAL}.bought").click()
    grid.keyboard.type("1,000.5")
    grid.keyboard.press("Enter")
    expect(state(grid, f"{COAL}.bought")).to_have_attribute("data-state", "saved")
    expect(saved(grid)).to_have_text("已保存")
    assert cell(grid, f"{COAL}.bought").input_value() == "1000.5"
    assert [post["cells"] for post in components.posts] == [{f"{COAL}.bought": "1000.5"}]
    assert (components.posts[0]["version"], components.posts[0]["csrf"]) == ("1", "fixture-token")
    expect(state(grid, f"{COAL}.tce")).to_have_text("714.30")
    expect(state(grid, f"{COAL}.tce")).to_have_attribute("title", "1000.5 × 0.7143")


def test_it_moves_like_excel(grid: Page) -> None:
    cell(grid, f"{COAL}.bought").click()
    seen = []
    for key in ("ArrowRight", "ArrowDown", "ArrowLeft", "Enter", "Shift+Enter", "Tab", "ArrowRight", "ArrowRight", "ArrowRight", "Control+ArrowLeft"):
        grid.keyboard.press(key)
        seen.append(at(grid).removeprefix("205-1."))
    assert seen == [
        "raw_coal.used", "coke.used", "coke.bought", "natural_gas.bought", "coke.bought", "coke.used", "coke.end_stock", "coke.tce", "coke.tce", "coke.bought",
    ]  # fmt: skip


def test_f2_edits_escape_restores_and_control_z_takes_back(grid: Page, components: ComponentServer) -> None:
    cell(grid, f"{COAL}.bought").click()
    grid.keyboard.press("F2")
    grid.keyboard.press("ArrowLeft")
    grid.keyboard.type("7")
    assert cell(grid, f"{COAL}.bought").input_value() == "10070"
    grid.keyboard.press("Escape")
    assert cell(grid, f"{COAL}.bought").input_value() == "1000"
    grid.keyboard.type("5")
    grid.keyboard.press("Enter")
    grid.keyboard.press("Control+z")
    assert cell(grid, f"{COAL}.bought").input_value() == "1000"
    grid.keyboard.press("Control+y")
    assert cell(grid, f"{COAL}.bought").input_value() == "5"
    expect(saved(grid)).to_have_text("已保存")
    assert components.kept == {f"{COAL}.bought": "5"}


def test_a_block_from_excel_is_pasted_and_taken_back_in_one_step(grid: Page, components: ComponentServer) -> None:
    cell(grid, f"{COAL}.used").click()
    paste(grid, '"1,234.5"\t２０\t多余\r\n 6 \t7\t9\t8\r\n')
    expect(note(grid)).to_have_text("已粘贴 4 格；1 个计算格或只读格未改；2 格超出表格，未粘贴")
    values = [cell(grid, f"{row}.{column}").input_value() for row in (COAL, COKE) for column in ("used", "end_stock")]
    assert values == ["1234.5", "20", "6", "7"]
    expect(saved(grid)).to_have_text("已保存")
    expect(note(grid)).to_contain_text("2 格超出表格，未粘贴")
    grid.keyboard.press("Control+z")
    values = [cell(grid, f"{row}.{column}").input_value() for row in (COAL, COKE) for column in ("used", "end_stock")]
    assert values == ["980", "20", "980", "20"]


def test_a_picked_block_is_copied_for_excel_and_one_value_fills_it(grid: Page) -> None:
    cell(grid, f"{COAL}.bought").click()
    grid.keyboard.press("Shift+ArrowRight")
    grid.keyboard.press("Shift+ArrowDown")
    grid.keyboard.press("Control+c")
    assert grid.evaluate("navigator.clipboard.readText()").replace("\r", "") == "1000\t980\n1000\t980"
    paste(grid, "3")
    values = [cell(grid, f"{row}.{column}").input_value() for row in (COAL, COKE) for column in ("bought", "used")]
    assert values == ["3", "3", "3", "3"]
    grid.keyboard.press("Delete")
    assert cell(grid, f"{COKE}.used").input_value() == ""


def test_a_fault_and_a_finding_stand_at_their_cell(grid: Page) -> None:
    cell(grid, f"{COAL}.bought").fill("abc")
    cell(grid, f"{COKE}.used").fill("1000000")
    cell(grid, f"{COAL}.bought").click()
    expect(state(grid, f"{COAL}.bought")).to_have_attribute("data-state", "unsaved")
    expect(saved(grid)).to_have_text("未保存 1 格（“abc”不是数；请填数字，没有则填“不适用”）")
    expect(note(grid)).to_contain_text("“abc”不是数")
    finding = grid.locator("[data-grid-findings] li")
    expect(finding).to_contain_text("比上年多 99 倍")
    finding.get_by_role("button", name="焦炭 消费量").click()
    assert at(grid) == f"{COKE}.used"
    expect(note(grid)).to_contain_text("请核对单位是否为吨")


def test_what_was_typed_offline_is_sent_after_a_reload(grid: Page, components: ComponentServer, watch: Watch) -> None:
    watch.allow("ERR_FAILED|ERR_INTERNET_DISCONNECTED")
    grid.route("**/cells", lambda route: route.abort())
    cell(grid, f"{COAL}.bought").fill("42")
    expect(saved(grid)).to_have_text("未保存 1 格（网络中断，输入已存在本机，连上后自动补交）")
    grid.unroute("**/cells")
    assert components.posts == []
    grid.reload()
    settle(grid)
    assert cell(grid, f"{COAL}.bought").input_value() == "42"
    expect(saved(grid)).to_have_text("已保存")
    assert components.kept == {f"{COAL}.bought": "42"}
    assert grid.evaluate("localStorage.getItem('sk-grid:4:17')") is None


@pytest.mark.parametrize(("button", "value", "posts"), [("用我的 8", "8", 2), ("用对方的 9", "9", 1)])
def test_a_clash_names_who_and_lets_the_person_choose(
    grid: Page, components: ComponentServer, watch: Watch, button: str, value: str, posts: int
) -> None:
    watch.allow("409")

    def clash(post: dict[str, Any]) -> Answer:
        components.answer = components.accept
        components.version = 6
        return 409, {"version": 6, "conflicts": [{"key": f"{COAL}.bought", "value": "9", "who": "李四（县统计局）", "when": "14:32"}]}

    components.answer = clash
    cell(grid, f"{COAL}.bought").fill("8")
    expect(state(grid, f"{COAL}.bought")).to_have_attribute("data-state", "conflict")
    expect(grid.locator(".sk-conflict")).to_contain_text("李四（县统计局） 14:32 改为 9")
    grid.get_by_role("button", name=button).click()
    expect(saved(grid)).to_have_text("已保存")
    assert cell(grid, f"{COAL}.bought").input_value() == value
    assert len(components.posts) == posts
    assert components.posts[-1]["version"] == (6 if posts == 2 else "1")


def test_a_version_that_moved_on_elsewhere_is_no_clash(grid: Page, components: ComponentServer, watch: Watch) -> None:
    watch.allow("409")

    def moved(post: dict[str, Any]) -> Answer:
        components.answer = components.accept
        return 409, {"version": 6, "conflicts": []}

    components.answer = moved
    cell(grid, f"{COAL}.bought").fill("8")
    expect(state(grid, f"{COAL}.bought")).to_have_attribute("data-state", "saved")
    assert [post["version"] for post in components.posts] == ["1", 6]


def test_a_session_that_ended_loses_nothing(grid: Page, components: ComponentServer, watch: Watch) -> None:
    watch.allow("403")
    components.answer = lambda post: (403, {})
    cell(grid, f"{COAL}.bought").fill("8")
    expect(saved(grid)).to_have_text("未保存 1 格（登录已过期或无权修改，输入已存在本机，重新登录后自动补交）")
    assert json.loads(grid.evaluate("localStorage.getItem('sk-grid:4:17')")) == {f"{COAL}.bought": "8"}
