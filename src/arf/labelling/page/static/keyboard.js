// Every key of the page, and what it does.

const ARROWS = { ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down" };

const FIXED = {
  Enter: (commands) => commands.save(),
  Escape: (commands) => commands.leave(),
  Backspace: (commands) => commands.remove(),
  Delete: (commands) => commands.remove(),
  "[": (commands) => commands.go(-1),
  "]": (commands) => commands.go(1),
  PageUp: (commands) => commands.go(-1),
  PageDown: (commands) => commands.go(1),
  ",": (commands) => commands.pick(-1),
  ".": (commands) => commands.pick(1),
  "?": (commands) => commands.help(),
  " ": (commands, shift) => commands.read(shift),
  n: (commands) => commands.note(),
  N: (commands) => commands.noteWhole(),
  u: (commands) => commands.undo(),
  U: (commands) => commands.redo(),
  s: (commands) => commands.skip(),
  y: (commands) => commands.accept(),
};

/** The letter of a key as a Latin keyboard has it, so that others have codes too. */
function letterOf(event) {
  if (event.key.length !== 1 || event.key.charCodeAt(0) < 128) return event.key;
  const letter = /^Key([A-Z])$/.exec(event.code)?.[1];
  return letter ? (event.shiftKey ? letter : letter.toLowerCase()) : event.key;
}

function arrow(event, cursor) {
  const direction = ARROWS[event.key];
  if (event.shiftKey && (event.ctrlKey || event.altKey)) cursor.nudge(direction);
  else if (event.ctrlKey || event.altKey) return false;
  else if (event.shiftKey) cursor.extend(direction);
  else cursor.move(direction);
  return true;
}

/** Whether the element that has the focus needs a key itself. */
function keeps(target, key) {
  if (target.closest("dialog")) return true;
  if (target.closest("textarea, input")) return key !== "Escape";
  if (target.closest("button") && (key === "Enter" || key === " ")) return true;
  // A case that is longer than its panel is read with the keys that scroll.
  return target.closest("#case") && (key in ARROWS || key.startsWith("Page") || key === " ");
}

/**
 * Listens to the keyboard.
 *
 * @param {object} cursor what arrow keys move
 * @param {HTMLElement[]} entries the codes, each with its letter in `data-key`
 * @param {object} commands what keys do
 * @param {() => boolean} ready whether there is an item to work on
 */
export function listen(cursor, entries, commands, ready) {
  document.addEventListener("keydown", (event) => {
    const writing = event.target.closest("textarea");
    if (!ready() || event.isComposing) return;
    if (writing && event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      commands.leave();
      commands.save();
      return;
    }
    const key = letterOf(event);
    if (keeps(event.target, key)) return;
    if (key in ARROWS) {
      if (!event.metaKey && arrow(event, cursor)) event.preventDefault();
      return;
    }
    const shortcut = event.ctrlKey || event.metaKey || event.altKey;
    if (shortcut && !event.getModifierState("AltGraph")) return;
    const entry = entries.find((one) => one.dataset.key === key.toLowerCase());
    if (FIXED[key]) FIXED[key](commands, event.shiftKey);
    else if (/^[1-5]$/.test(key)) commands.rate(Number(key));
    else if (entry && event.shiftKey) commands.explain(entry);
    else if (entry) commands.give(entry);
    else return;
    event.preventDefault();
  });
}
