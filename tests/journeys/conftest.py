"""A real browser against a real server.  Skipped only where no Chromium is found and CI is not set."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from playwright.sync_api import Browser, Page, expect, sync_playwright

CHROMIUM = next((path for name in ("chromium", "chromium-browser") if (path := shutil.which(name))), None)
OUTPUT = Path(__file__).resolve().parents[2] / "test-output"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        if os.environ.get("CI"):
            pytest.fail("no Chromium on a machine with CI set")
        pytest.skip("no Chromium found; install the package chromium to run the journeys")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright keeps a loop in this thread
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def sign_in(browser: Browser, live_server: Any, request: pytest.FixtureRequest) -> Iterator[Callable[[Any], Page]]:
    """sign_in(user) → that user's page, signed in by keyboard; any script error or failed request fails the test."""
    faults: list[str] = []
    pages: list[Page] = []

    def page_of(user: Any) -> Page:
        context = browser.new_context(
            viewport={"width": 1366, "height": 768}, locale="zh-CN", base_url=live_server.url, accept_downloads=True
        )
        context.set_default_timeout(20_000)
        page = context.new_page()
        page.keyboard.press = _once_loaded(page, page.keyboard.press)  # type: ignore[method-assign]
        page.keyboard.type = _once_loaded(page, page.keyboard.type)  # type: ignore[method-assign]
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("requestfailed", lambda failed: faults.append(f"{failed.url} {failed.failure}"))
        page.on("request", lambda asked: None if asked.url.startswith(live_server.url) else faults.append(asked.url))
        page.goto("/")
        expect(page.get_by_label("用户名")).to_be_focused()
        page.keyboard.type(user.username)
        page.keyboard.press("Tab")
        page.keyboard.type("demo-portal")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="工作台")).to_be_visible()
        pages.append(page)
        return page

    yield page_of
    OUTPUT.mkdir(exist_ok=True)
    for number, page in enumerate(pages):
        page.screenshot(path=OUTPUT / f"{request.node.name}-{number}.png")
        page.context.close()
    aborted = "net::ERR_ABORTED"  # a fragment overtaken by the next one, or a download
    assert [fault for fault in faults if aborted not in fault] == []


def _once_loaded(page: Page, stroke: Callable[..., None]) -> Callable[..., None]:
    """Nobody is as quick as to press a key between a page's first sight and its scripts."""

    def struck(keys: str, **options: Any) -> None:
        page.wait_for_load_state()
        stroke(keys, **options)

    return struck


@pytest.fixture
def shipped(transactional_db: None) -> None:
    """The directory and the policies, as `make ready` loads them."""
    call_command("load_directory", verbosity=0)
    call_command("load_policies", verbosity=0)
