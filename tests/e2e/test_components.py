"""The parts every page is made of, looked at and used, without Django."""

import pytest
from browser import Watch, settle
from component_server import ComponentServer
from conftest import Look, NewPage
from playwright.sync_api import Page, expect


@pytest.fixture
def opened(page: Page, components: ComponentServer) -> Page:
    page.goto(f"{components.url}/?charts=no")
    settle(page)
    return page


@pytest.fixture
def charted(page: Page, components: ComponentServer) -> Page:
    page.goto(components.url)
    settle(page)
    return page


def test_components_look_right_at_three_widths(charted: Page, look: Look) -> None:
    assert [file.exists() for file in look(charted, "components")] == [True, True, True]


def test_components_speak_english_where_the_page_does(new_page: NewPage, components: ComponentServer) -> None:
    page = new_page(language="en-GB")
    page.goto(f"{components.url}/?lang=en")
    settle(page)
    expect(page.locator(".sk-grid-status [data-role=saved]")).to_have_text("All saved")
    expect(page.locator(".sk-tool", has_text="Copy for Excel")).to_be_visible()


def test_every_chart_is_drawn_and_chinese_is_not_shown_as_boxes(charted: Page) -> None:
    kinds = charted.evaluate("[...document.querySelectorAll('figure.sk-chart')].map((figure) => [figure.dataset.chart, figure.dataset.drawn])")
    assert kinds == [[kind, "1"] for kind in ("trajectory", "dots", "tiles", "waterfall", "sankey", "heat", "multiples", "line", "bar")]
    # Boxes of a missing font are all alike; two different signs of a real font are not.
    same = charted.evaluate("""() => {
        const drawn = (sign) => {
            const canvas = document.createElement("canvas"); canvas.width = canvas.height = 32;
            const pen = canvas.getContext("2d"); pen.font = `24px ${getComputedStyle(document.body).fontFamily}`; pen.fillText(sign, 2, 26);
            return canvas.toDataURL();
        };
        return drawn("能") === drawn("县");
    }""")
    assert same is False


def test_a_chart_switches_to_its_table_and_leaves_as_csv_and_png(charted: Page) -> None:
    figure = charted.locator("figure[data-chart=waterfall]")
    figure.get_by_role("button", name="表").click()
    expect(figure.locator("table")).to_be_visible()
    expect(figure.locator(".sk-chart-canvas")).to_be_hidden()
    with charted.expect_download() as leaving:
        figure.get_by_role("button", name="CSV").click()
    text = leaving.value.path().read_text("utf-8-sig")
    assert leaving.value.suggested_filename == "减排分解.csv"
    assert text.splitlines() == [
        "化学需氧量减排 2 180 吨，七成来自污水处理厂", "吨；畜禽为估算", "项目,吨", "2020年排放,8600", "污水处理厂,-1530",
        "农村生活,-420", "畜禽养殖,-410", "新增人口,+180", "2023年排放,6420",
    ]  # fmt: skip
    figure.get_by_role("button", name="图").click()
    with charted.expect_download() as leaving:
        figure.get_by_role("button", name="PNG").click()
    assert leaving.value.path().read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


def test_a_table_sorts_with_missing_last_filters_hides_columns_and_copies(opened: Page) -> None:
    table = opened.locator("table[data-name=board]")
    names = table.locator("tbody th")
    seen = table.locator("tbody th:visible")
    table.get_by_role("button", name="累计降低率").click()
    assert names.all_inner_texts()[:2] == ["确山县", "经济开发区"]
    assert names.all_inner_texts()[-3:] == ["泌阳县", "全市", "覆盖"]
    opened.get_by_role("searchbox", name="筛选表格").fill("滞后")
    assert seen.all_inner_texts() == ["高新技术产业开发区", "平舆县", "全市", "覆盖"]
    assert "board.q=" in opened.url
    assert "board.sort=2-desc" in opened.url
    opened.locator(".sk-toolbar .sk-menu summary").click()
    opened.get_by_role("checkbox", name="灯号").uncheck()
    opened.get_by_role("button", name="复制到 Excel").click()
    lines = opened.evaluate("navigator.clipboard.readText()").replace("\r", "").split("\n")
    assert lines[:3] == ["县区\t累计降低率 %\t能耗 万吨标准煤\t标记", "高新技术产业开发区\t10.2\t18.07\t模拟", "平舆县\t9.6\t7\t模拟"]
    opened.reload()
    settle(opened)
    assert seen.all_inner_texts()[0] == "高新技术产业开发区"


def test_keys_search_go_and_list(opened: Page) -> None:
    opened.keyboard.press("/")
    expect(opened.locator("[data-search]")).to_be_focused()
    opened.locator("[data-search]").blur()
    opened.keyboard.press("g")
    opened.keyboard.press("w")
    assert opened.url.endswith("#work")
    opened.keyboard.press("?")
    expect(opened.get_by_role("dialog", name="快捷键")).to_contain_text("我的工作")
    opened.keyboard.press("Escape")
    expect(opened.get_by_role("dialog", name="快捷键")).to_be_hidden()


def test_a_figure_says_what_it_is_before_it_is_opened(opened: Page) -> None:
    opened.locator("a.sk-door", has_text="14.2").focus()
    popover = opened.get_by_role("tooltip")
    expect(popover).to_contain_text("12/13")
    expect(popover).to_contain_text("等价值，2020年价")
    opened.keyboard.press("Escape")
    expect(popover).to_be_hidden()


def test_the_day_known_goes_into_the_address_and_out_again(opened: Page) -> None:
    opened.get_by_label("截至").fill("2023-06-30")
    opened.get_by_label("截至").press("Enter")
    opened.wait_for_url("**/?charts=no&as_of=2023-06-30")
    settle(opened)
    opened.get_by_role("button", name="回到今天").click()
    opened.wait_for_url(lambda url: "as_of" not in url)


def test_a_form_is_sent_once_and_asks_where_there_is_no_way_back(opened: Page, watch: Watch) -> None:
    sent: list[str] = []
    opened.on("request", lambda request: sent.append(request.post_data or "") if request.url.endswith("/sent") else None)
    opened.get_by_role("button", name="锁定").click()
    dialog = opened.get_by_role("dialog")
    expect(dialog).to_contain_text("只能走更正")
    dialog.get_by_role("button", name="不，返回").click()
    assert sent == []
    opened.evaluate("() => { const button = document.querySelector('button[value=approve]'); button.click(); button.click(); }")
    opened.wait_for_url("**/sent")
    assert sent == ["act=approve"]


def test_long_work_says_when_it_is_done(opened: Page) -> None:
    expect(opened.locator(".sk-progress [role=status]")).to_have_text("已完成 ")


def test_an_idle_session_is_announced_kept_and_at_last_over(page: Page, components: ComponentServer) -> None:
    page.clock.install()
    page.goto(f"{components.url}/?charts=no")
    settle(page)
    page.clock.fast_forward("28:30")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("即将自动退出")
    dialog.get_by_role("button", name="继续使用").click()
    expect(dialog).to_be_hidden()
    page.clock.fast_forward("30:30")
    expect(dialog).to_contain_text("已输入的内容保存在本机")
    expect(dialog.get_by_role("link", name="重新登录")).to_have_attribute("href", "/login")


def test_on_paper_tables_have_three_lines_and_tools_are_gone(charted: Page) -> None:
    charted.emulate_media(media="print")
    lines = charted.evaluate("""() => {
        const table = document.querySelector("table[data-name=board]"); const cell = table.tBodies[0].rows[2].cells[1];
        const width = (element, side) => parseFloat(getComputedStyle(element)[`border${side}Width`]);
        return [width(table, "Top") > 1, width(table.tHead.rows[0].cells[0], "Bottom") > 0, width(table, "Bottom") > 1, width(cell, "Bottom"), width(cell, "Top")];
    }""")
    assert lines == [True, True, True, 0, 0]
    expect(charted.locator(".sk-header")).to_be_hidden()
    expect(charted.locator(".sk-chart-tools").first).to_be_hidden()
    expect(charted.locator(".sk-mark").first).to_be_visible()
