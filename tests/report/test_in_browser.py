"""The report in a real browser: it shows, it fits a phone, and it asks nothing of the network."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from fake_project import make_project

CHROMIUM = shutil.which("chromium")
PROBE = "<script>document.title = document.documentElement.scrollWidth</script></body>"

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")


def open_page(page: Path, profile: Path, width: int) -> str:
    """Opens a page and returns its document as the browser has it."""
    done = subprocess.run(
        [
            str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
            "--no-first-run", "--disable-background-networking", "--disable-component-update",
            "--disable-sync", f"--user-data-dir={profile}", f"--window-size={width},900",
            "--host-resolver-rules=MAP * ~NOTFOUND", "--dump-dom", page.as_uri(),
        ],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    return done.stdout


def test_the_report_fits_a_phone(tmp_path: Path) -> None:
    report = make_project(tmp_path / "project") / "metrics" / "report.html"
    html = report.read_text("utf-8")
    page = tmp_path / "page.html"
    page.write_text(html.replace("</body>", PROBE), "utf-8")
    shown = open_page(page, tmp_path / "profile", width=500)
    width = re.search(r"<title>(\d+)</title>", shown)
    assert width is not None
    assert int(width[1]) <= 500
    assert "student-r1" in shown
    assert "SYNTHETIC" in shown.upper()
