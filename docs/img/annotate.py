"""Makes the pictures of docs/annotate.md from the sample: `python docs/img/annotate.py`."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).parents[2]
ARF = [sys.executable, "-c", "from arf.cli import main; main()", "annotate", "--no-open"]
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
SELECT = """([start, end]) => {
    const output = document.querySelector("#output");
    const walker = document.createTreeWalker(output, NodeFilter.SHOW_TEXT);
    const range = document.createRange();
    for (let passed = 0, node = walker.nextNode(); node; node = walker.nextNode()) {
        const [from, to] = [start - passed, end - passed];
        if (from >= 0 && from < node.length) range.setStart(node, from);
        if (to > 0 && to <= node.length) range.setEnd(node, to);
        passed += node.length;
    }
    getSelection().removeAllRanges();
    getSelection().addRange(range);
}"""


def build(root: Path, env: dict[str, str]) -> None:
    """Runs the stages up to the audit in a folder of their own."""
    shutil.copytree(ROOT / "prompts", root / "prompts")
    shutil.copy(ROOT / "params.yaml", root)
    for stage in ("sample", "ingest", "teach", "audit"):
        command = [sys.executable, "-m", f"arf.stages.{stage}"]
        subprocess.run(command, cwd=root, env=env, check=True, stderr=subprocess.DEVNULL)


def label(page: Page, few: bool = False) -> None:
    """Gives what is suggested, as a person would: marks the words, then presses the letter."""
    item = page.evaluate("(place) => fetch(`items/${place}`).then((answer) => answer.json())",
                         int(page.url.split("#")[1]) - 1)  # fmt: skip
    for error in item["suggested"]["errors"][: 1 if few else None]:
        page.evaluate(SELECT, [error["start"], error["start"] + len(error["span"])])
        page.wait_for_timeout(50)
        page.keyboard.press(page.get_attribute(f"[data-code={error['code']}]", "data-key") or "x")


def wanted(page: Page) -> int:
    """Returns a place whose item shows much: a short chat, three errors."""
    return page.evaluate(
        """async () => {
            for (let place = 30; ; place += 1) {
                const item = await (await fetch(`items/${place}`)).json();
                const errors = item.suggested?.errors ?? [];
                const turns = item.case.turns?.length ?? 0;
                if (errors.length === 3 && 9 < turns && turns < 15) return place;
            }
        }"""
    )


def shoot(page: Page, address: str, name: str, suggested: bool) -> None:
    """Opens an item, labels it in part or whole, and takes the picture."""
    page.goto(address)
    page.wait_for_selector("#main:not([hidden])")
    page.goto(f"{address}#{wanted(page) + 1}")
    page.reload()
    page.wait_for_selector("#main:not([hidden])")
    label(page, few=suggested)
    if suggested:
        page.keyboard.press("Shift+I")
    else:
        page.keyboard.press("3")
        page.evaluate("document.querySelector('#suggestions').hidden = true")
    page.wait_for_timeout(300)
    page.screenshot(path=ROOT / "docs" / "img" / f"{name}.png")
    page.close()


def go_on(page: Page, address: str) -> None:
    """Rates some items, so that there is progress to be seen."""
    page.goto(address)
    page.wait_for_selector("#main:not([hidden])")
    for rating in "4352413544342512344352":
        before = page.inner_text("#place")
        page.keyboard.press(rating)
        page.keyboard.press("Enter")
        page.wait_for_function(
            "it => document.querySelector('#place').innerText !== it", arg=before
        )


def main() -> None:
    """Serves the sample and takes both pictures."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        root = Path(folder)
        env = os.environ | {"DVC_ROOT": folder, "PYTHONPATH": str(ROOT / "src")}
        build(root, env)
        command = [*ARF, "--as", "anna", "--show", "rules", "--share", "1"]
        server = subprocess.Popen(command, cwd=root, env=env, text=True, stderr=subprocess.PIPE)
        address = server.stderr.readline().split(" at ")[1].split()[0]
        chromium = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        try:
            size = {"width": 1360, "height": 850}
            go_on(browser.new_page(), address)
            shoot(browser.new_page(viewport=size), address, "annotate", False)
            dark = browser.new_page(viewport=size, color_scheme="dark")
            shoot(dark, address, "annotate-dark", True)
        finally:
            browser.close()
            server.terminate()
            server.communicate(timeout=20)


if __name__ == "__main__":
    main()
