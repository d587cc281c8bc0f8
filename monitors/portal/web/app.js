// The page: which view is shown, when it is read anew, light and dark, and what is printed.

import { fill, h } from "./dom.js";
import { get } from "./data.js";
import { fromNow, list, moment } from "./format.js";
import { badge } from "./parts.js";
import { t } from "./words.js";
import { view as capacity } from "./view_capacity.js";
import { view as tenancies } from "./view_tenancies.js";
import { view as trend } from "./view_trend.js";
import { view as recovery } from "./view_recovery.js";
import { view as compliance } from "./view_compliance.js";
import { view as sharings } from "./view_sharings.js";
import { view as reclaim } from "./view_reclaim.js";

const VIEWS = { capacity, tenancies, trend, recovery, compliance, sharings, reclaim };
const EVERY = 15000;
const SOON = 40; // the server reads the past piece by piece
const THEME = "govcloud-theme";

const place = document.getElementById("view");
const title = document.getElementById("view-title");
const freshness = document.getElementById("freshness");
const trouble = document.getElementById("trouble");
const made = new Map();
let shown = null;
let at = Date.now() / 1000;
let asked = 0;

function name() {
  const told = location.hash.slice(1);
  return told in VIEWS ? told : "capacity";
}

/** Shows the view that the address names; `moved` tells that a person went there. */
function open(moved) {
  const key = name();
  if (!made.has(key)) {
    const view = VIEWS[key](() => at);
    view.listen?.(() => refresh());
    made.set(key, view);
  }
  shown = made.get(key);
  for (const link of document.querySelectorAll("nav a[data-view]")) {
    if (link.dataset.view === key) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  title.textContent = t(`view.${key}`);
  document.title = `${t(`view.${key}`)} – ${document.body.dataset.title}`;
  if (!shown.values) place.setAttribute("aria-busy", "true");
  fill(place, shown.element);
  if (moved) {
    title.focus({ preventScroll: true });
    scrollTo(0, 0);
  }
  for (const link of document.querySelectorAll("a[data-language]")) link.hash = location.hash;
  refresh();
}

/** Reads what the view shows, and draws it anew where something changed. */
async function refresh() {
  const view = shown;
  asked += 1;
  const turn = asked;
  try {
    const [head, ...values] = await Promise.all(["capacity", ...view.reads()].map(get));
    if (view !== shown || turn !== asked) return;
    at = head.at;
    tell(head);
    const same = view.values?.length === values.length && view.values.every((one, number) => one === values[number]);
    view.values = values;
    if (!same) view.show(values);
    if (values.some((one) => one.read && one.read[0] < one.read[1])) setTimeout(() => { if (view === shown) refresh(); }, SOON);
    place.removeAttribute("aria-busy");
  } catch (error) {
    if (turn !== asked) return;
    trouble.hidden = false;
    trouble.textContent = t("trouble", { error: error.message });
    place.removeAttribute("aria-busy");
  }
}

function tell(head) {
  trouble.hidden = true;
  const old = head.regions.filter((one) => !one.fresh);
  fill(freshness, t("at"), " ", moment(head.at),
    old.length ? h("span", {}, " ", badge("warn", t("stale.some", { regions: list(old.map((one) => `${one.title} (${fromNow(one.observed, head.at)})`)) }))) : null);
}

function themes() {
  const chooser = document.getElementById("theme");
  const set = (value) => {
    if (value === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = value;
    for (const view of made.values()) view.again?.();
  };
  const kept = () => { try { return localStorage.getItem(THEME) ?? "auto"; } catch { return "auto"; } };
  chooser.value = kept();
  set(chooser.value);
  chooser.addEventListener("change", () => {
    try { localStorage.setItem(THEME, chooser.value); } catch { /* a browser that keeps nothing still shows it */ }
    set(chooser.value);
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => set(chooser.value));
}

function printing(all) {
  for (const table of shown?.tables() ?? []) table.whole(all);
}

themes();
addEventListener("hashchange", () => open(true));
addEventListener("beforeprint", () => printing(true));
addEventListener("afterprint", () => printing(false));
document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh(); });
setInterval(() => { if (!document.hidden) refresh(); }, EVERY);
open(false);
