// What a person gives to one item, with undo, kept over a reload of the page.

import { toCodePoints, toUnits } from "./text.js";

const EMPTY = { rating: null, errors: [], note: "", skipped: null };

/** Turns a label's errors into the page's: places in UTF-16 units, an end instead of a span. */
export function fromLabel(errors, text) {
  return errors.map(({ code, span, start, note }) => {
    const from = span ? (start === null ? text.indexOf(span) : toUnits(text, start)) : -1;
    const placed = from >= 0 ? { start: from, end: from + span.length } : { start: null, end: null };
    return { code, ...placed, note: note ?? "" };
  });
}

export class Work {
  /**
   * @param {string} key the item's
   * @param {string} text the output's
   * @param {object | null} given the label that the item has
   * @param {() => void} changed is called after every change
   */
  constructor(key, text, given, changed) {
    this.key = `draft:${key}`;
    this.text = text;
    this.changed = changed;
    this.past = [];
    this.future = [];
    this.active = null; // the place of an error in `now.errors`
    this.typing = false;
    this.saved = given
      ? { ...given, note: given.note ?? "", errors: fromLabel(given.errors, text) }
      : EMPTY;
    this.now = JSON.parse(sessionStorage.getItem(this.key)) ?? this.saved;
  }

  /** Whether there is something that is not saved. */
  get pending() {
    return JSON.stringify(this.now) !== JSON.stringify(this.saved);
  }

  /** Makes a change, which undo takes back. */
  change(parts, active = this.active) {
    const next = { ...this.now, ...parts };
    if (JSON.stringify(next) === JSON.stringify(this.now)) return false;
    this.past.push(this.now);
    this.future = [];
    this.typing = false;
    this.#become(next, active);
    this.changed();
    return true;
  }

  /** Takes over a note while it is typed; undo takes back all that was typed at once. */
  type(parts) {
    if (!this.typing) this.past.push(this.now);
    this.typing = true;
    this.future = [];
    this.#become({ ...this.now, ...parts }, this.active);
  }

  undo() {
    return this.#travel(this.past, this.future);
  }

  redo() {
    return this.#travel(this.future, this.past);
  }

  #travel(from, to) {
    if (!from.length) return false;
    to.push(this.now);
    this.typing = false;
    this.#become(from.pop(), null);
    this.changed();
    return true;
  }

  #become(next, active) {
    this.now = next;
    this.active = active;
    if (this.pending) sessionStorage.setItem(this.key, JSON.stringify(next));
    else sessionStorage.removeItem(this.key);
  }

  /** Gives a code to a range of the output, or to none; false where it has it already. */
  give(code, range, note = "") {
    const { start, end } = range ?? { start: null, end: null };
    const known = this.now.errors.findIndex(
      (error) => error.code === code && error.start === start && error.end === end,
    );
    if (known >= 0) {
      this.activate(known);
      return false;
    }
    // In the order of the text; what belongs to no words comes last.
    const place = (error) => [error.start ?? Infinity, error.end ?? Infinity];
    const given = { code, start, end, note };
    const errors = [...this.now.errors, given].sort((a, b) => {
      const [from, to] = [place(a), place(b)];
      return from[0] === to[0] ? (from[1] === to[1] ? 0 : from[1] - to[1]) : from[0] - to[0];
    });
    return this.change({ errors }, errors.indexOf(given));
  }

  remove(place) {
    const errors = this.now.errors.filter((_, i) => i !== place);
    const active = errors.length ? Math.min(place, errors.length - 1) : null;
    return this.change({ errors }, active);
  }

  /** Takes over the note on an error while it is typed. */
  note(place, note) {
    this.type({
      errors: this.now.errors.map((error, i) => (i === place ? { ...error, note } : error)),
    });
  }

  activate(place) {
    this.active = place;
    this.changed();
  }

  /** What the server takes. */
  toDraft() {
    const { rating, errors, note, skipped } = this.now;
    if (skipped !== null) return { skipped, note: note.trim() || null };
    return {
      rating,
      note: note.trim() || null,
      errors: errors.map(({ code, start, end, note: own }) => ({
        code,
        span: start === null ? null : this.text.slice(start, end),
        start: start === null ? null : toCodePoints(this.text, start),
        note: own.trim() || null,
      })),
    };
  }

  /** Forgets what was kept for a reload: the server has it. */
  settle() {
    this.saved = this.now;
    sessionStorage.removeItem(this.key);
  }
}
