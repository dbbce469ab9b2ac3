// Places in a text. JavaScript counts UTF-16 units, labels count code points.

const whole = new Intl.Segmenter(undefined, { granularity: "grapheme" });
const byWord = new Intl.Segmenter(undefined, { granularity: "word" });

/** How many code points stand before a place that is counted in UTF-16 units. */
export function toCodePoints(text, place) {
  return [...text.slice(0, place)].length;
}

/** The place in UTF-16 units before which so many code points stand. */
export function toUnits(text, count) {
  return [...text].slice(0, count).join("").length;
}

/** The words of a text as {start, end}; signs between words are none. */
export function words(text) {
  return [...byWord.segment(text)]
    .filter((part) => part.isWordLike)
    .map((part) => ({ start: part.index, end: part.index + part.segment.length }));
}

/** The next place after or before a place at which no character is cut. */
export function step(text, place, forward) {
  const edges = [...whole.segment(text)].map((part) => part.index).concat(text.length);
  if (forward) return edges.find((edge) => edge > place) ?? text.length;
  return edges.findLast((edge) => edge < place) ?? 0;
}

/** A range without white space at its ends that cuts no character, or null where nothing is left. */
export function tidy(text, start, end) {
  const edges = new Set([...whole.segment(text)].map((part) => part.index).concat(text.length));
  while (!edges.has(start)) start -= 1;
  while (!edges.has(end)) end += 1;
  const chosen = text.slice(start, end);
  start += chosen.length - chosen.trimStart().length;
  end -= chosen.length - chosen.trimEnd().length;
  return start < end ? { start, end } : null;
}
