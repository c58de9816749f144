"""A row changed behind the program's back is named by the audit; on a city of its own, for it stays tampered with."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from browser import settle
from conftest import Look, NewPage
from playwright.sync_api import Page, expect
from served_city import ServedCity

TABLE = "store_observationrow"


@pytest.fixture
def copied(platform: ServedCity, tmp_path: Path) -> Iterator[ServedCity]:
    """A second platform over a copy of the data."""
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    for name in (".shuangkong-demo.json", "secret.key"):
        (data / name).write_bytes((platform.data / name).read_bytes())
    with closing(sqlite3.connect(platform.database)) as here, closing(sqlite3.connect(data / platform.database.name)) as there:
        here.backup(there)
    served = ServedCity(data)
    yield served
    served.stop()


def tamper(database: Path) -> tuple[str, str, str]:
    """Change one figure as somebody with the file could: trigger away, row changed, trigger back."""
    with closing(sqlite3.connect(database, isolation_level=None)) as behind:
        (trigger,) = behind.execute("SELECT sql FROM sqlite_master WHERE name = ?", (f"{TABLE}_no_update",)).fetchone()
        told = behind.execute(f"SELECT id, element, org, period FROM {TABLE} WHERE org = 'U001' AND period = '2024' ORDER BY id LIMIT 1").fetchone()
        behind.execute(f"DROP TRIGGER {TABLE}_no_update")
        behind.execute(f"UPDATE {TABLE} SET value = '1' WHERE id = ?", (told[0],))
        behind.execute(trigger)
    return tuple(told[1:])


def verify(page: Page) -> None:
    page.goto("/audit/chain")
    page.get_by_role("button", name="立即校验").click()
    expect(page.get_by_role("button", name="立即校验")).to_be_visible(timeout=90_000)
    settle(page)


def test_an_auditor_proves_a_tampered_row(copied: ServedCity, new_page: NewPage, look: Look) -> None:
    page = new_page(origin=copied.origin)
    page.goto(copied.links["auditor"])
    page.get_by_role("button", name="进入").click()
    page.get_by_role("navigation", name="主菜单").wait_for()
    verify(page)
    expect(page.locator("#chain-state .badge")).to_have_text("成立")
    look(page, "journey-chain-sound")

    element, org, period = tamper(copied.database)
    verify(page)
    expect(page.locator("#chain-state .badge")).to_have_text("不成立")
    found = page.locator(".sk-findings li.alert-danger")
    assert found.count() == 1
    for told in (element, org, period):
        expect(found).to_contain_text(told)
    look(page, "journey-chain-tampered")
    found.get_by_role("link", name="查看该环").click()
    expect(page.locator("dl.sk-facts")).to_contain_text("本环摘要")
