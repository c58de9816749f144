"""The parts every page is made of, looked at and used, without Django."""

import re
from pathlib import Path

import pytest
from browser import Watch, settle
from component_server import ComponentServer
from conftest import Look, NewPage
from playwright.sync_api import Page, expect


def test_components_look_right_at_three_widths(page: Page, components: ComponentServer, look: Look) -> None:
    page.goto(components.url)
    assert [file.exists() for file in look(page, "components")] == [True, True, True]


def test_components_speak_english_where_the_page_does(new_page: NewPage, components: ComponentServer) -> None:
    page = new_page(language="en-GB")
    page.goto(f"{components.url}/?lang=en")
    settle(page)
    expect(page.locator(".sk-grid-status [data-role=saved]")).to_have_text("All saved")
