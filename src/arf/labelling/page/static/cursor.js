// What is chosen of the output, by mouse or by keys; the browser's own selection shows it.

import { rangeOf, selected } from "./marks.js";
import { step, tidy, words } from "./text.js";

export class Cursor {
  /**
   * @param {HTMLElement} element the output
   * @param {(text: string) => void} tell says what is chosen, to those who do not see it
   */
  constructor(element, tell) {
    this.element = element;
    this.tell = tell;
    this.open("");
    document.addEventListener("selectionchange", () => this.#follow());
  }

  /** Starts on another text with nothing chosen. */
  open(text) {
    this.text = text;
    this.words = words(text);
    this.drop();
    // What is chosen reaches from one of these to the other; keys move the focus.
    this.anchor = this.focus = { start: 0, end: 0 };
  }

  /** Chooses nothing. */
  drop() {
    this.chosen = null;
    const selection = document.getSelection();
    if (selection.rangeCount && this.element.contains(selection.anchorNode)) {
      selection.removeAllRanges();
    }
  }

  /** Chooses the same again, after the output was painted anew. */
  restore() {
    if (this.chosen) this.#choose(this.anchor, this.focus);
  }

  /** Chooses the next word in a direction: "left", "right", "up" or "down". */
  move(direction) {
    const word = this.#word(direction) ?? this.words.at(direction === "left" ? 0 : -1);
    if (word) this.#choose(word, word);
  }

  /** Moves the end of what is chosen by a word. */
  extend(direction) {
    const word = this.#word(direction);
    if (word) this.#choose(this.chosen ? this.anchor : word, word);
  }

  /** Moves the end of what is chosen by a character. */
  nudge(direction) {
    if (!this.chosen) return;
    const forward = this.focus.end >= this.anchor.end;
    const onward = direction === "right" || direction === "down";
    const start = forward ? this.chosen.start : step(this.text, this.chosen.start, onward);
    const end = forward ? step(this.text, this.chosen.end, onward) : this.chosen.end;
    if (start >= end) return;
    const [first, last] = [{ start, end: start }, { start: end, end }];
    this.#choose(forward ? first : last, forward ? last : first);
  }

  #choose(anchor, focus) {
    [this.anchor, this.focus] = [anchor, focus];
    const start = Math.min(anchor.start, focus.start);
    const end = Math.max(anchor.end, focus.end);
    this.chosen = { start, end };
    const range = rangeOf(this.element, start, end);
    const selection = document.getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
    this.tell(this.text.slice(start, end));
    const box = range.getBoundingClientRect();
    if (box.top < 0 || box.bottom > innerHeight) {
      range.startContainer.parentElement.scrollIntoView({ block: "nearest" });
    }
  }

  /** Takes over what a mouse or a finger has selected. */
  #follow() {
    const found = selected(this.element);
    if (found && found.start === this.chosen?.start && found.end === this.chosen.end) return;
    if (found) {
      this.chosen = tidy(this.text, found.start, found.end);
      if (!this.chosen) return;
      const { start, end } = this.chosen;
      [this.anchor, this.focus] = [{ start, end: start }, { start: end, end }];
    } else if (this.element.contains(document.getSelection().anchorNode)) {
      this.chosen = null; // a click into the output
    }
  }

  #word(direction) {
    if (direction === "left") return this.words.findLast((word) => word.start < this.focus.start);
    const next = this.words.find((word) => word.end > this.focus.end);
    if (direction === "right" || !this.focus.end) return next;
    return this.#onLine(direction === "down");
  }

  /** The nearest word of the line below or above, as lines are broken on this screen. */
  #onLine(below) {
    const boxOf = ({ start, end }) => rangeOf(this.element, start, end).getBoundingClientRect();
    const own = boxOf(this.words.findLast((word) => word.start <= this.focus.start) ?? this.words[0]);
    const boxes = this.words.map((word) => ({ word, box: boxOf(word) }));
    const away = ({ box }) => (below ? box.top - own.top : own.top - box.top) / own.height;
    const beyond = boxes.filter((one) => away(one) > 0.5);
    if (!beyond.length) return below ? this.words.at(-1) : this.words[0];
    const nearest = Math.min(...beyond.map(away));
    const aside = ({ box }) => Math.abs(box.left + box.right - own.left - own.right);
    return beyond
      .filter((one) => away(one) < nearest + 0.5)
      .reduce((a, b) => (aside(b) < aside(a) ? b : a)).word;
  }
}
