"""The pages in a real browser: they show, fit a phone, follow the light, and ask no network."""

import re
import shutil
import subprocess
from html import escape
from pathlib import Path

import pytest
from fake_audit import make_audit, make_page
from fake_project import make_project

from arf.audit_page.page import render

CHROMIUM = shutil.which("chromium")
# A browser's window has a least width, a frame in it has none.
FRAME = """<!doctype html><title></title><body style="margin: 0">
<iframe style="width: 380px; height: 800px; border: 0" srcdoc="{}"></iframe><script>
document.querySelector("iframe").onload = event => {{
  const page = event.target.contentDocument;
  const paper = event.target.contentWindow.getComputedStyle(page.body).backgroundColor;
  document.title = page.documentElement.scrollWidth + "; " + paper;
}};
</script></body>"""

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")


def open_page(page: Path, profile: Path, *flags: str) -> str:
    """Opens a page and returns its document as the browser has it."""
    done = subprocess.run(
        [
            str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
            "--no-first-run", "--disable-background-networking", "--disable-component-update",
            "--disable-sync", f"--user-data-dir={profile}", "--window-size=500,900",
            "--host-resolver-rules=MAP * ~NOTFOUND", *flags, "--dump-dom", page.as_uri(),
        ],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    return done.stdout


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    project = make_project(tmp_path_factory.mktemp("pages") / "project")
    return {
        "report": (project / "metrics" / "report.html").read_text("utf-8"),
        "audit": render(make_page(make_audit(), synthetic=True)),
    }


@pytest.mark.parametrize("name", ["report", "audit"])
@pytest.mark.parametrize(
    ("flag", "paper"),
    [
        ("--blink-settings=preferredColorScheme=1", "rgb(255, 255, 255)"),
        ("--blink-settings=preferredColorScheme=0", "rgb(21, 24, 28)"),
    ],
)
def test_a_page_fits_a_phone_and_follows_the_light(
    pages: dict[str, str], tmp_path: Path, name: str, flag: str, paper: str
) -> None:
    page = tmp_path / "page.html"
    page.write_text(FRAME.format(escape(pages[name])), "utf-8")
    shown = open_page(page, tmp_path / "profile", flag)
    found = re.search(r"<title>(\d+); (.*?)</title>", shown)
    assert found is not None
    assert int(found[1]) <= 380
    assert found[2] == paper


@pytest.mark.parametrize(("name", "words"), [("report", "student-r1"), ("audit", "labelled by A")])
def test_a_page_shows(pages: dict[str, str], tmp_path: Path, name: str, words: str) -> None:
    page = tmp_path / "page.html"
    page.write_text(pages[name], "utf-8")
    shown = open_page(page, tmp_path / "profile")
    assert words in shown
    assert "SYNTHETIC" in shown
