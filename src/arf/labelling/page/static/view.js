// What the page shows of an item: the case, the errors, how far one is. Texts are never markup.

const find = (id) => document.getElementById(id);

/** Makes an element; what it holds is text or other elements. */
export function make(tag, props = {}, ...content) {
  const element = Object.assign(document.createElement(tag), props);
  element.append(...content.filter((part) => part !== null));
  return element;
}

/** Shows a case: a dialogue turn by turn, or a text; then its fields. */
export function showCase({ text, turns, fields }) {
  const speakers = [...new Set((turns ?? []).map((turn) => turn.speaker))];
  const body = turns
    ? turns.map((turn) =>
        make(
          "p",
          { className: `turn ${turn.speaker === speakers[0] ? "first" : "other"}` },
          make("b", {}, turn.speaker),
          make("span", {}, turn.text),
        ),
      )
    : [make("p", { className: "message" }, text)];
  const names = Object.entries(fields);
  const table = make(
    "dl",
    { className: "fields" },
    ...names.map(([name, value]) =>
      make("div", {}, make("dt", {}, name.replaceAll("_", " ")), make("dd", {}, value)),
    ),
  );
  find("case").replaceChildren(...(names.length ? [table] : []), ...body);
  find("case").scrollTop = 0;
}

/** Shows how many items are labelled, in all and on each channel. */
export function showProgress(progress) {
  const channels = Object.entries(progress);
  const total = channels.reduce((sum, [, one]) => sum + one.total, 0);
  const done = total - channels.reduce((sum, [, one]) => sum + one.open, 0);
  const skipped = channels.reduce((sum, [, one]) => sum + one.skipped, 0);
  find("bar").max = total;
  find("bar").value = done;
  find("count").textContent =
    `${done.toLocaleString("en")} of ${total.toLocaleString("en")} done` +
    (skipped ? `, ${skipped} of them skipped` : "");
  find("channels").replaceChildren(
    ...(channels.length > 1 ? channels : []).map(([name, one]) =>
      make("li", {}, `${name} ${one.total - one.open}/${one.total}`),
    ),
  );
}

function quote(error, text) {
  if (error.start === null) return make("span", { className: "whole" }, "the whole output");
  return make("q", {}, text.slice(error.start, error.end));
}

/**
 * Lists the errors that are given.
 *
 * @param {object} work the item's `Work`
 * @param {(code: string) => object} about gives a code's title, key and hue
 * @param {object} on what to do: note(place), remove(place), activate(place), type(place, text)
 * @param {number | null} noting the error whose note is being written
 */
export function showErrors(work, about, on, noting) {
  const { errors } = work.now;
  const focused = find("errors").contains(document.activeElement);
  find("errors-count").textContent = errors.length || "";
  find("no-errors").hidden = errors.length > 0;
  find("errors").replaceChildren(
    ...errors.map((error, place) => {
      const { title, key, hue } = about(error.code);
      const row = make(
        "li",
        { tabIndex: 0, className: place === work.active ? "active" : "" },
        make("kbd", {}, key),
        make(
          "div",
          { className: "what" },
          make("b", {}, title),
          " ",
          quote(error, work.text),
          noting === place ? noteBox(error, place, on) : null,
          noting !== place && error.note ? make("p", { className: "own-note" }, error.note) : null,
        ),
        button("Note", `Note on ${title}`, () => on.note(place)),
        button("Remove", `Remove ${title}`, () => on.remove(place)),
      );
      row.dataset.hue = hue;
      row.addEventListener("focus", () => place !== work.active && on.activate(place));
      return row;
    }),
  );
  if (noting !== null) find("error-note")?.focus();
  else if (focused) (find("errors").children[work.active] ?? find("output")).focus();
}

/** Lists the suggestions that are not among the errors given. */
export function showSuggestions(suggested, open, work, about, accept) {
  find("suggestions").hidden = !suggested;
  if (!suggested) return;
  find("suggested-rating").textContent =
    (suggested.errors.length ? "" : "It found no error. ") +
    (suggested.rating === null ? "" : `It rates the output ${suggested.rating}.`);
  find("suggested").replaceChildren(
    ...open.map((error) => {
      const { title, key, hue } = about(error.code);
      const row = make(
        "li",
        {},
        make("kbd", {}, key),
        make("div", { className: "what" }, make("b", {}, title), " ", quote(error, work.text)),
        button("Accept", `Accept ${title}`, () => accept(error)),
      );
      row.dataset.hue = hue;
      return row;
    }),
  );
}

function button(text, label, act) {
  const element = make("button", { type: "button", className: "small", ariaLabel: label }, text);
  element.addEventListener("click", act);
  return element;
}

function noteBox(error, place, on) {
  const box = make("textarea", { id: "error-note", rows: 2, value: error.note });
  box.ariaLabel = "Note on this error";
  box.addEventListener("input", () => on.type(place, box.value));
  return box;
}
