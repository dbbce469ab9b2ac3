"""The page as people have it: `arf annotate` as a process, in a real Chromium."""

import json
import re
import shutil
import signal
from collections.abc import Callable, Iterator
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from arf.files import sha256_text
from arf.records import Annotation, Case, Finding, Output, Turn

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
EMOJI = "👩‍👩‍👧 paid 🎉🎉 cafe\u0301 दस न\u0940ति\n𝒙 日本語を話す, naïve e\u0301 end"
HOSTILE = "<script>window.hacked = 1</script><img src=x onerror='hacked=1'>&amp; <b>bold</b>"
LONG = "See https://example.org/" + "long" * 60
FIRST = "The customer asked for a refund. He was furious. The refund was paid."

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def visit(browser) -> Iterator[Callable[..., Page]]:
    """Opens a page; whatever it complains of, or asks of others, fails the test."""
    contexts, complaints = [], []

    def visit(address: str, silent: bool = False, **options: object) -> Page:
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(8000)
        if not silent:  # a server that is gone is complained of by the browser itself
            page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(dialog.message))
        home = address.split("/", 3)[2]
        page.on(
            "request", lambda request: f"//{home}/" in request.url or complaints.append(request.url)
        )
        page.goto(address)
        page.wait_for_selector("#main:not([hidden])")
        return page

    yield visit
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture(scope="module")
def texts(shared_labelling) -> dict[str, str]:
    """Serves many outputs at once; returns the address of each, by what it is used for."""
    outputs = {"emoji": EMOJI, "hostile": HOSTILE, "long": LONG}
    outputs |= {use: f"{FIRST} For {use}." for use in ("mouse", "reload", "overlap", "told")}
    turns = (Turn(speaker=HOSTILE, text=HOSTILE), Turn(speaker="bot", text="Hi"))
    bodies = {
        "hostile": {"turns": turns, "fields": {HOSTILE: HOSTILE}},
        "long": {"text": LONG, "fields": {"product" * 9: "x" * 300}},
    }
    shared_labelling.write(
        [
            (
                Case(id=use, channel="botchat", split="train", **bodies.get(use, {"text": "Hm."})),
                Output(id=use, channel="botchat", source="r0", text=text, provider="recorded"),
            )
            for use, text in outputs.items()
        ]
    )
    address = shared_labelling.serve()
    places = {}
    for place in range(len(outputs)):
        with urlopen(f"{address}items/{place}") as answer:
            places[json.load(answer)["output"]] = f"{address}#{place + 1}"
    return {use: places[text] for use, text in outputs.items()}


@pytest.fixture
def label_of(shared_labelling) -> Callable[[str], Annotation]:
    """Returns the label that is on disk of one of the outputs of `texts`."""
    return lambda use: next(label for label in shared_labelling.given() if label.id == use)


def saved(page: Page) -> None:
    """Presses Enter, and waits until it is acknowledged."""
    press(page, "Enter")
    expect(page.locator("#status")).to_have_text("Saved")


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def words(page: Page, first: int, more: int = 0) -> None:
    """Chooses words by keys: the n-th of an output in which nothing was chosen yet."""
    press(page, *["ArrowRight"] * first, *["Shift+ArrowRight"] * more)


def placed(label: Annotation, text: str) -> list[tuple[str, str | None]]:
    """The codes with the words at the places that the label says."""
    spans = [error.place(text) for error in label.errors]
    return [
        (error.code, span and text[slice(*span)])
        for error, span in zip(label.errors, spans, strict=True)
    ]


def test_by_keyboard_alone_through_a_kill_and_on(labelling, make_case, make_output, visit) -> None:
    labelling.write([(make_case(str(i)), make_output(str(i), f"{FIRST} {i}.")) for i in range(3)])
    address = labelling.serve()
    page = visit(address, silent=True)
    shown = page.inner_text("#output")
    words(page, 7, 2)
    press(page, "i", "n", *"not so", "Escape", "g", "Shift+N", *"odd", "Escape", "3", "Enter")
    expect(page.locator("#place")).to_have_text("2 / 3")
    expect(page.locator("#count")).to_have_text("1 of 3 done")
    press(page, "5")
    expect(page.locator("[data-rating='5']")).to_have_attribute("aria-pressed", "true")

    labelling.server.send_signal(signal.SIGKILL)
    labelling.server.wait(10)
    [label] = labelling.given()
    assert placed(label, shown) == [
        ("inferred_sentiment", "He was furious"),
        ("missing_outcome", None),
    ]
    assert (label.rating, label.note, label.errors[0].note) == (3, "odd", "not so")
    assert (label.text_sha256, label.annotator) == (sha256_text(shown), "anna")

    press(page, "Enter")  # nobody is there to save it
    expect(page.locator("#trouble")).to_contain_text("The server does not answer")
    assert labelling.serve() == address
    expect(page.locator("#place")).to_have_text("3 / 3")
    expect(page.locator("#trouble")).to_be_hidden()
    assert [one.rating for one in labelling.given()] == [3, 5]

    labelling.end(signal.SIGKILL)
    page = visit(labelling.serve())
    assert "1 open, 2 done" in labelling.told
    expect(page.locator("#place")).to_have_text("3 / 3")
    press(page, "1", "Enter")
    expect(page.locator("#banner")).to_contain_text("All items are labelled")
    assert len(labelling.given()) == 3
    told = labelling.end()
    assert "1 labelled now, 0 open" in told
    assert "Traceback" not in told


def test_by_mouse(texts, label_of, visit) -> None:
    page = visit(texts["mouse"])
    at = page.evaluate(
        """() => {
            const range = document.createRange();
            const node = document.querySelector("#output").firstChild;
            range.setStart(node, 33);
            range.setEnd(node, 48);
            const { left, right, top, bottom } = range.getBoundingClientRect();
            return { left, right, middle: (top + bottom) / 2 };
        }"""
    )
    page.mouse.move(at["left"] + 1, at["middle"])
    page.mouse.down()
    page.mouse.move(at["right"] + 3, at["middle"], steps=5)
    page.mouse.up()
    page.click("[data-code=inferred_sentiment] .give")
    page.click("[data-code=missing_reason] .give")
    page.click("[data-rating='4']")
    saved(page)  # by Enter, although the last click was on another button
    label = label_of("mouse")
    assert placed(label, f"{FIRST} For mouse.") == [
        ("inferred_sentiment", "He was furious."),
        ("missing_reason", None),
    ]
    assert label.rating == 4


def test_places_are_counted_in_code_points(texts, label_of, visit) -> None:
    page = visit(texts["emoji"])
    press(page, "ArrowDown", "d")
    for _ in range(14):
        press(page, "ArrowRight", "r")
    press(page, "ArrowLeft", "Shift+ArrowLeft", *["Control+Shift+ArrowLeft"] * 2, "w")
    press(page, "ArrowLeft", "Shift+ArrowLeft", "Alt+Shift+ArrowLeft", "o", "1")  # a space more
    saved(page)
    errors = label_of("emoji").errors
    assert len(errors) > 9
    for error in errors:
        assert EMOJI[error.start :].startswith(error.span)
        assert not error.span.startswith(("\u0301", "\u0940", "\u200d"))
    spans = {error.code: error.span for error in errors}
    assert spans["unsupported_detail"] == "paid"
    assert spans["wrong_outcome"] == ", naïve e\u0301"
    assert spans["unn_content_email_copy"] == spans["unn_content_email_copy"].strip()
    assert {"cafe\u0301", "दस", "𝒙", "e\u0301", "end"} <= {error.span for error in errors}


def test_texts_are_never_markup(texts, label_of, visit) -> None:
    page = visit(texts["hostile"])
    assert page.inner_text("#output") == HOSTILE
    assert page.locator("#case").get_by_text(HOSTILE).count() >= 3
    place = page.inner_text("#place")
    words(page, 1)
    press(page, "i", "n", *"<b>", "Escape", "1", "s", *"<i>why</i>", "Enter")
    expect(page.locator("#status")).to_have_text("Skipped")
    expect(page.locator("#place")).not_to_have_text(place)  # else the next item comes after `goto`
    assert page.evaluate("window.hacked") is None
    assert label_of("hostile").reason == "<i>why</i>"
    page.goto(texts["hostile"])
    page.reload()
    expect(page.locator("#state")).to_have_text("skipped: <i>why</i>")


def test_what_is_not_saved_outlives_a_reload_and_a_look_elsewhere(texts, visit) -> None:
    page = visit(texts["reload"])
    words(page, 2)
    press(page, "i", "n", *"half a no")
    page.reload()
    expect(page.locator("#errors .own-note")).to_have_text("half a no")
    place = page.inner_text("#place")
    there, back = ("[", "]") if place.startswith("7") else ("PageDown", "PageUp")
    press(page, there)
    expect(page.locator("#errors .own-note")).to_have_count(0)
    expect(page.locator("#place")).not_to_have_text(place)
    press(page, back)
    expect(page.locator("#errors .own-note")).to_have_text("half a no")


def test_errors_overlap_and_are_taken_back(texts, label_of, visit) -> None:
    page = visit(texts["overlap"])
    words(page, 2, 3)
    press(page, "i", "ArrowLeft")
    press(page, "Shift+ArrowRight", "Shift+ArrowRight", "c")
    assert page.inner_text("#output").replace("\n", "") == f"{FIRST} For overlap."
    assert page.locator("#output mark.lane0.lane1").count() == 1
    press(page, "x")  # for the whole
    expect(page.locator("#errors li")).to_have_count(3)
    press(page, "Backspace")
    expect(page.locator("#errors li")).to_have_count(2)
    press(page, "u")
    expect(page.locator("#errors li")).to_have_count(3)
    press(page, "u", "u", "u")
    expect(page.locator("#errors li")).to_have_count(0)
    press(page, *["Shift+U"] * 3)
    press(page, ",", ",", "Delete")
    expect(page.locator("#errors li")).to_have_count(2)
    page.locator("#errors li").first.focus()
    press(page, "n", *"own", "Control+Enter")
    saved(page)
    label = label_of("overlap")
    assert [(error.code, error.note) for error in label.errors] == [
        ("inferred_sentiment", "own"),
        ("unlisted", None),
    ]
    assert label.rating is None


def test_suggestions_are_marked_and_accepted_one_by_one(
    labelling, make_case, make_output, visit
) -> None:
    output = make_output("0", FIRST)
    findings = (
        Finding(code="inferred_sentiment", span="He was furious", start=33),
        Finding(code="unn_content_redundant", span="The refund was paid.", start=49),
    )
    opinion = Annotation(
        id="0", channel="botchat", source="r0", text_sha256=sha256_text(FIRST),
        annotator="rules", taxonomy={}, rating=3, errors=findings,
    )  # fmt: skip
    labelling.write([(make_case("0"), output)], [opinion])
    page = visit(labelling.serve("--show", "rules", "--share", "1"))
    expect(page.locator("#suggestions-title")).to_contain_text("A machine’s suggestions")
    expect(page.locator("#errors li")).to_have_count(0)
    assert page.locator("#output mark.suggested").count() == 2
    press(page, "y")
    expect(page.locator("#suggested li")).to_have_count(1)
    press(page, "4", "Enter")
    expect(page.locator("#count")).to_have_text("1 of 1 done")
    [label] = labelling.given()
    assert placed(label, FIRST) == [("inferred_sentiment", "He was furious")]
    assert (label.seen, label.rating) == ("rules", 4)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_any_screen_in_light_and_dark(texts, visit, scheme) -> None:
    page = visit(texts["long"], color_scheme=scheme)
    words(page, 4)
    press(page, "i", "Shift+I", "?")
    expect(page.locator("#about-3")).to_be_visible()
    expect(page.locator("#help")).to_be_visible()
    for width in (320, 390, 768, 1440):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    press(page, "Escape")
    expect(page.locator("#help")).to_be_hidden()
    ground, ink = page.evaluate(
        "[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]"
    )
    bright = [sum(map(int, colour[4:-1].split(","))) for colour in (ground, ink)]
    assert (bright[0] < bright[1]) == (scheme == "dark")


def test_those_who_do_not_see_are_told(texts, visit) -> None:
    page = visit(texts["told"])
    assert page.locator("button").evaluate_all(
        "all => all.every((one) => one.innerText.trim() || one.ariaLabel)"
    )
    words(page, 7)
    expect(page.locator("#chosen[aria-live=polite]")).to_have_text("He")
    press(page, "i")
    expect(page.get_by_role("status").first).to_have_text("Inferred sentiment: “He”")
    expect(page.get_by_role("button", name="Remove Inferred sentiment")).to_be_visible()
    expect(page.get_by_role("progressbar", name=re.compile("of 7 done"))).to_be_visible()
