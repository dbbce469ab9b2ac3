// The output with its errors: each span a coloured line under its words, overlapping or not.

/** Gives each span the lowest line that no earlier span occupies where they overlap. */
function lanes(spans) {
  const given = [];
  for (const span of spans) {
    const taken = given
      .filter((other) => other.start < span.end && span.start < other.end)
      .map((other) => other.lane);
    let lane = 0;
    while (taken.includes(lane)) lane += 1;
    given.push({ ...span, lane });
  }
  return given;
}

/** Cuts a text wherever a span starts or ends: [{start, end, over: [span with its lane]}]. */
export function pieces(text, spans) {
  const placed = lanes(spans);
  const cuts = new Set([0, text.length, ...placed.flatMap((span) => [span.start, span.end])]);
  const edges = [...cuts].sort((a, b) => a - b);
  return edges.slice(0, -1).map((start, i) => ({
    start,
    end: edges[i + 1],
    over: placed.filter((span) => span.start <= start && edges[i + 1] <= span.end),
  }));
}

/**
 * Shows a text with spans: {start, end, code, key, hue, active, suggested}.
 * Badges come from style sheets, so that the element's text stays that of the output.
 */
export function paint(element, text, spans) {
  element.replaceChildren(
    ...pieces(text, spans).map(({ start, end, over }) => {
      if (!over.length) return document.createTextNode(text.slice(start, end));
      const mark = document.createElement("mark");
      mark.textContent = text.slice(start, end);
      mark.title = over.map((span) => span.title).join(", ");
      mark.classList.toggle("active", over.some((span) => span.active));
      mark.classList.toggle("suggested", over.every((span) => span.suggested));
      mark.dataset.hue = over[0].hue;
      const begun = over.filter((span) => span.start === start && !span.suggested);
      if (begun.length) mark.dataset.keys = begun.map((span) => span.key).join("");
      for (const span of over.filter((one) => !one.suggested)) {
        if (span.lane < 4) mark.classList.add(`lane${span.lane}`);
        mark.style.setProperty(`--lane${span.lane}`, `var(--hue-${span.hue})`);
      }
      return mark;
    }),
  );
}

/** The place in the element's text at which a boundary of a selection lies. */
function placeOf(element, node, offset) {
  const range = document.createRange();
  range.setStart(element, 0);
  range.setEnd(node, offset);
  return range.toString().length;
}

/** What the browser's selection covers of an element's text, or null where it lies elsewhere. */
export function selected(element) {
  const selection = document.getSelection();
  if (!selection.rangeCount) return null;
  const range = selection.getRangeAt(0);
  if (!range.intersectsNode(element)) return null;
  const all = document.createRange();
  all.selectNodeContents(element);
  const before = range.compareBoundaryPoints(Range.START_TO_START, all) < 0;
  const after = range.compareBoundaryPoints(Range.END_TO_END, all) > 0;
  const start = before ? 0 : placeOf(element, range.startContainer, range.startOffset);
  const end = after
    ? element.textContent.length
    : placeOf(element, range.endContainer, range.endOffset);
  return start < end ? { start, end } : null;
}

/** The DOM range of a part of an element's text. */
export function rangeOf(element, start, end) {
  const range = document.createRange();
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  let passed = 0;
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const length = node.data.length;
    if (start >= passed && start < passed + length) range.setStart(node, start - passed);
    if (end > passed && end <= passed + length) range.setEnd(node, end - passed);
    passed += length;
  }
  return range;
}
