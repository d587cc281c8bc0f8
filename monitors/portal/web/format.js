// Amounts with their units, shares, and times of China (UTC+8 all year) with their offset.

import { CHINESE, LANGUAGE, t } from "./words.js";
import { h } from "./dom.js";

export const RESOURCES = ["cpu", "memory", "storage", "accelerators", "pods"];
export const NONE = "–";

const ZONE = "Asia/Shanghai";
const OFFSET = "+08:00";
const KIB = 1024;
const plain = new Intl.NumberFormat(LANGUAGE, { maximumFractionDigits: 0 });
const tenths = new Intl.NumberFormat(LANGUAGE, { maximumFractionDigits: 1 });
const hundredths = new Intl.NumberFormat(LANGUAGE, { maximumFractionDigits: 2 });
const percent = new Intl.NumberFormat(LANGUAGE, { style: "percent", maximumFractionDigits: 0 });
const fine = new Intl.NumberFormat(LANGUAGE, { style: "percent", maximumFractionDigits: 1 });
const relative = new Intl.RelativeTimeFormat(LANGUAGE, { numeric: "auto" });
const parts = new Intl.DateTimeFormat("en-CA", {
  timeZone: ZONE, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
});

const UNITS = { cpu: "unit.cores", accelerators: "unit.cards", pods: "unit.pods" };
export const RESOURCE_WORDS = {
  cpu: "resource.cpu", memory: "resource.memory", storage: "resource.storage",
  accelerators: "resource.accelerators", pods: "resource.pods",
};

/** A number with as many digits as help. */
export function number(value) {
  const size = Math.abs(value);
  return (size >= 100 ? plain : size >= 10 ? tenths : hundredths).format(value);
}

/** An amount of a resource in base units, with its unit; null is not known. */
export function amount(resource, value) {
  if (value === null || value === undefined || Number.isNaN(value)) return NONE;
  if (resource in UNITS) return `${number(value)} ${t(UNITS[resource])}`;
  const size = Math.abs(value);
  const [power, unit] = size >= KIB ** 4 ? [4, "TiB"] : size >= KIB ** 3 || size === 0 ? [3, "GiB"] : [2, "MiB"];
  return `${number(value / KIB ** power)} ${unit}`;
}

/** A part of a whole, such as 42 %; nothing where there is no whole. */
export function share(part, whole, precise = false) {
  return whole > 0 ? (precise ? fine : percent).format(part / whole) : NONE;
}

/** A share from 0 to 1. */
export function ratio(value) {
  return value === null ? NONE : fine.format(value);
}

/** Watts, as kW. */
export function power(watts) {
  return `${number(watts / 1000)} kW`;
}

/** Day and minute in China: 2026-11-24 16:23. */
export function clock(seconds) {
  const told = Object.fromEntries(parts.formatToParts(new Date(seconds * 1000)).map((one) => [one.type, one.value]));
  return { day: `${told.year}-${told.month}-${told.day}`, minute: `${told.hour}:${told.minute}` };
}

/** A moment for people and for machines. */
export function moment(seconds) {
  if (seconds === null || seconds === undefined) return NONE;
  const { day, minute } = clock(seconds);
  return h("time", { datetime: new Date(seconds * 1000).toISOString() }, `${day} ${minute} ${OFFSET}`);
}

const SPANS = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];

/** A moment seen from another one: 3 minutes ago, in 12 days. */
export function fromNow(seconds, now) {
  const left = seconds - now;
  const [unit, length] = SPANS.find((one) => Math.abs(left) >= one[1]) ?? SPANS[3];
  return relative.format(Math.trunc(left / length), unit);
}

/** How long something lasts, in its largest unit: 30 min, 12 h, 3 d. */
export function span(seconds) {
  if (seconds === null || seconds === undefined) return NONE;
  const [value, key] = seconds >= 172800 ? [seconds / 86400, "unit.days"]
    : seconds >= 3600 ? [seconds / 3600, "unit.hours"]
    : seconds >= 60 ? [seconds / 60, "unit.minutes"]
    : [seconds, "unit.seconds"];
  return `${hundredths.format(Math.round(value * 10) / 10)} ${t(key)}`;
}

/** What a resource is called. */
export function resourceName(resource) {
  return t(RESOURCE_WORDS[resource]);
}

/** Several names in a row, as the language joins them. */
export function list(names) {
  return names.join(CHINESE ? "、" : ", ");
}
