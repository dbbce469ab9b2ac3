// The page of one annotator: item by item, by mouse or by keyboard alone.

import { Cursor } from "./cursor.js";
import { listen } from "./keyboard.js";
import { paint } from "./marks.js";
import { ask, Refused } from "./server.js";
import { tidy } from "./text.js";
import { showCase, showErrors, showProgress, showSuggestions } from "./view.js";
import { fromLabel, Work } from "./work.js";

const find = (id) => document.getElementById(id);
const entries = [...find("codes").children];
const NEW = { title: "", key: "·", hue: 0 };

let item = null;
let work = null;
let noting = null; // the place of the error whose note is being written
let busy = false; // while the server is asked
let bare = false; // whether it was said that there is no rating yet

const cursor = new Cursor(find("output"), (text) => {
  find("chosen").textContent = text;
});

function say(text) {
  find("status").textContent = text;
}

function about(code) {
  const entry = entries.find((one) => one.dataset.code === code);
  if (!entry) return { ...NEW, title: `${code} (no longer a code)` };
  return { title: entry.dataset.title, key: entry.dataset.key ?? "·", hue: entry.dataset.hue };
}

function applies(entry) {
  return !entry.dataset.of || JSON.parse(entry.dataset.of).includes(item.channel);
}

function openSuggestions() {
  const given = (error) =>
    work.now.errors.some(
      (one) => one.code === error.code && one.start === error.start && one.end === error.end,
    );
  return item.suggested ? item.suggestions.filter((error) => !given(error)) : [];
}

function render() {
  const suggestions = openSuggestions();
  const placed = (errors, suggested) =>
    errors
      .map((error, i) => ({ ...error, ...about(error.code), suggested, active: !suggested && i === work.active }))
      .filter((error) => error.start !== null);
  paint(find("output"), work.text, [...placed(work.now.errors, false), ...placed(suggestions, true)]);
  cursor.restore();
  showErrors(work, about, on, noting);
  showSuggestions(item.suggested, suggestions, work, about, accept);
  for (const choice of document.querySelectorAll("[data-rating]")) {
    choice.ariaPressed = String(Number(choice.dataset.rating) === work.now.rating);
  }
  if (find("note").value !== work.now.note) find("note").value = work.now.note;
  const { skipped } = work.now;
  find("state").textContent =
    skipped !== null ? `skipped: ${skipped}` : { open: "", done: "done", skipped: "skipped" }[item.state];
  bare = false;
}

const on = {
  activate: (place) => work.activate(place),
  remove: (place) => {
    const { title } = about(work.now.errors[place].code);
    noting = null;
    work.remove(place);
    say(`${title} removed`);
  },
  note: (place) => {
    noting = noting === place ? null : place;
    work.activate(place);
  },
  type: (place, text) => work.note(place, text),
};

function accept(error) {
  work.give(error.code, error.start === null ? null : error);
  say(`${about(error.code).title} accepted`);
}

function show(answer) {
  item = answer;
  noting = null;
  item.suggestions = fromLabel(item.suggested?.errors ?? [], item.output);
  cursor.open(item.output);
  work = new Work(item.key, item.output, item.given, render);
  history.replaceState(null, "", `#${item.place + 1}`);
  find("place").textContent = `${item.place + 1} / ${item.total}`;
  find("channel").textContent = item.channel;
  for (const entry of entries) entry.hidden = !applies(entry);
  showCase(item.case);
  showProgress(item.progress);
  find("main").hidden = false;
  render();
  find("output").focus({ preventScroll: true });
  scrollTo(0, 0);
}

/** Asks the server one thing at a time; a refusal is shown, and whatever was given stays. */
async function asking(path, given) {
  if (busy) return null;
  busy = true;
  document.querySelector("main").inert = true; // what is typed meanwhile would be in no answer
  try {
    return await ask(path, given, (silent) => {
      find("trouble").hidden = !silent;
      find("trouble").textContent = silent
        ? "The server does not answer. Nothing is lost: what you gave is kept here, and it is asked again."
        : "";
    });
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    find("trouble").hidden = false;
    find("trouble").textContent = `Not done: ${error.message}`;
    return null;
  } finally {
    busy = false;
    document.querySelector("main").inert = false;
  }
}

async function open(place) {
  const answer = await asking(place === null ? "items/next" : `items/${place}`);
  if (answer) show(answer);
}

async function save() {
  if (work.now.rating === null && work.now.skipped === null && !bare) {
    bare = true;
    say("No rating yet: 1 to 5, or Enter again to save without one");
    return;
  }
  const mine = work;
  const answer = await asking(`items/${item.key}`, mine.toDraft());
  if (!answer) return;
  mine.settle();
  showProgress(answer.progress);
  say(mine.now.skipped === null ? "Saved" : "Skipped");
  find("banner").hidden = answer.next !== null;
  find("banner").textContent =
    "All items are labelled. Stop arf with Ctrl-C, or look through them with [ and ].";
  await open(answer.next ?? item.place);
}

const commands = {
  give(entry) {
    const { code, title } = entry.dataset;
    if (!applies(entry)) return say(`${title} is no code of ${item.channel}`);
    const chosen = cursor.chosen && tidy(work.text, cursor.chosen.start, cursor.chosen.end);
    const words = chosen ? `“${work.text.slice(chosen.start, chosen.end)}”` : "the whole output";
    cursor.drop();
    const fresh = work.give(code, chosen);
    return say(fresh ? `${title}: ${words}` : `${title} is given there already`);
  },
  explain(entry) {
    const open = entry.classList.toggle("open");
    entry.querySelector(".about").hidden = !open;
    entry.querySelector(".explain").ariaExpanded = String(open);
    if (open) entry.scrollIntoView({ block: "nearest" });
  },
  rate(value) {
    const rating = work.now.rating === value ? null : value;
    work.change({ rating, skipped: null });
    say(rating === null ? "No rating" : `Rated ${rating}`);
  },
  go(step) {
    const place = item.place + step;
    if (place < 0 || place >= item.total) return say("There is no further item");
    say("");
    return open(place);
  },
  pick(step) {
    const count = work.now.errors.length;
    if (!count) return say("No errors given");
    const place = work.active === null ? (step > 0 ? 0 : count - 1) : (work.active + step + count) % count;
    work.activate(place);
    const { code, start, end, note } = work.now.errors[place];
    const words = start === null ? "the whole output" : work.text.slice(start, end);
    return say(`${about(code).title}: ${words}${note && `; ${note}`}`);
  },
  remove() {
    if (work.active === null) return say("Choose an error first, with , and .");
    return on.remove(work.active);
  },
  note() {
    if (work.active === null) return say("Choose an error first, with , and .");
    return on.note(work.active);
  },
  noteWhole: () => find("note").focus(),
  accept() {
    const [next] = openSuggestions();
    if (next) accept(next);
  },
  undo: () => say(work.undo() ? "Taken back" : "Nothing to take back"),
  redo: () => say(work.redo() ? "Done again" : "Nothing to do again"),
  save,
  skip() {
    find("skip-reason").value = work.now.skipped ?? "";
    find("skip-dialog").showModal();
  },
  help: () => find("help").showModal(),
  read(back) {
    const panel = find("case");
    const scroller = panel.scrollHeight > panel.clientHeight + 1 ? panel : window;
    scroller.scrollBy({ top: (back ? -0.8 : 0.8) * (panel.clientHeight || innerHeight) });
  },
  leave() {
    const writing = noting;
    noting = null;
    if (writing === null) cursor.drop();
    render();
    find("output").focus({ preventScroll: true });
  },
};

find("skip-dialog").addEventListener("close", () => {
  const reason = find("skip-reason").value.trim();
  if (find("skip-dialog").returnValue !== "skip" || !reason) return;
  work.change({ skipped: reason, rating: null, errors: [] }, null);
  save();
});
find("skip-dialog").addEventListener("cancel", () => {
  find("skip-dialog").returnValue = "cancel";
});
find("note").addEventListener("input", () => work.type({ note: find("note").value }));

for (const entry of entries) {
  entry.querySelector(".give").addEventListener("click", () => commands.give(entry));
  entry.querySelector(".explain").addEventListener("click", () => commands.explain(entry));
}
for (const choice of document.querySelectorAll("[data-rating]")) {
  choice.addEventListener("click", () => commands.rate(Number(choice.dataset.rating)));
}
find("save").addEventListener("click", save);
find("skip").addEventListener("click", commands.skip);
find("undo").addEventListener("click", commands.undo);
find("open-help").addEventListener("click", commands.help);
find("previous").addEventListener("click", () => commands.go(-1));
find("next").addEventListener("click", () => commands.go(1));
// A button that is clicked must not take the focus: Enter would press it again.
document.addEventListener("mousedown", (event) => {
  if (event.target.closest("button") && !event.target.closest("dialog")) event.preventDefault();
});

listen(cursor, entries, commands, () => work !== null && !busy);
const asked = Number(location.hash.slice(1));
await open(Number.isInteger(asked) && asked > 0 ? asked - 1 : null);
if (!item) await open(null); // there are no longer so many items
