// A bar that shows parts of a whole. The figures stand beside it, so that it is only for the eye.

import { h } from "./dom.js";

/**
 * A bar: `whole` is its frame, `fills` are [class, value] drawn over each other, `marks` are [class, value] as lines.
 * What is larger than the whole stretches the scale, and the frame ends before it.
 */
export function meter(whole, fills, marks = []) {
  const scale = Math.max(whole, ...fills.map((one) => one[1]), ...marks.map((one) => one[1]), 0);
  const bar = h("span", { class: "meter", "aria-hidden": "true" });
  if (!(scale > 0)) return bar;
  const place = (value) => `${Math.max(0, Math.min(100, (100 * value) / scale)).toFixed(2)}%`;
  for (const [kind, value] of [["whole", whole], ...fills]) {
    const part = h("span", { class: `part ${kind}` });
    part.style.width = place(value);
    bar.append(part);
  }
  for (const [kind, value] of marks) {
    const mark = h("span", { class: `mark ${kind}` });
    mark.style.insetInlineStart = `min(${place(value)}, calc(100% - 2px))`;
    bar.append(mark);
  }
  return bar;
}

/** What the parts and marks of bars mean. */
export function legend(entries) {
  return h("ul", { class: "legend" }, entries.map(([kind, words]) =>
    h("li", {}, h("span", { class: `key ${kind}`, "aria-hidden": "true" }), words)));
}
