// Pieces that several views are made of.

import { h, id } from "./dom.js";
import { resourceName } from "./format.js";
import { t } from "./words.js";

/** A word in a frame; its kind adds a colour and a sign, the word alone says it too. */
export function badge(kind, words) {
  return h("span", { class: `badge ${kind}` }, words);
}

/** That a region has not been heard of lately. */
export function staleBadge() {
  return badge("warn", t("stale"));
}

/** A sentence that tells what is missing. */
export function note(words) {
  return h("p", { class: "note" }, words);
}

/** How much of the past was read so far; nothing when all of it was. */
export function progress(read) {
  if (!read || read[0] >= read[1]) return null;
  return h("p", { role: "status" }, t("reading"), " ", h("progress", { max: read[1], value: read[0], "aria-label": t("reading") }));
}

/** Large figures with what they count. */
export function tiles(...entries) {
  return h("dl", { class: "tiles" }, entries.map(([words, value, kind]) =>
    h("div", { class: `tile ${kind ?? ""}` }, h("dt", {}, words), h("dd", {}, value))));
}

/** A choice of a few, as radio buttons that look like one bar. */
export function choices(legend, entries, chosen, act) {
  const name = id("choice");
  return h("fieldset", { class: "choices" }, h("legend", {}, legend), entries.map(([value, words]) =>
    h("label", {},
      h("input", { type: "radio", name, value, checked: value === chosen, on: { change: () => act(value) } }),
      h("span", {}, words))));
}

/** The choice of a resource. */
export function resourceChoice(chosen, act, of = ["cpu", "memory", "storage", "accelerators", "pods"]) {
  return choices(t("resource"), of.map((one) => [one, resourceName(one)]), chosen, act);
}

/** A choice of many. */
export function select(label, entries, chosen, act) {
  return h("label", { class: "field" }, h("span", {}, label),
    h("select", { on: { change: (event) => act(event.target.value) } },
      entries.map(([value, words]) => h("option", { value, selected: value === chosen }, words))));
}

/** A name with what people call it under it. */
export function titled(name, title) {
  return h("span", { class: "titled" }, title ? h("span", { class: "title" }, title) : null,
    h("code", {}, name));
}
