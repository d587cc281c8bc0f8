// Elements made of names, attributes and texts. Texts never become markup, so that what others wrote cannot act.

const PROPERTIES = new Set(["value", "checked", "selected", "hidden", "open", "tabIndex", "disabled"]);

/** An element; `on` holds listeners, null children and attributes are left out. */
export function h(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (key === "on") for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    else if (PROPERTIES.has(key)) element[key] = value;
    else element.setAttribute(key, value === true ? "" : String(value));
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** Puts new children in the place of those that an element has. */
export function fill(element, ...children) {
  element.replaceChildren(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
}

let used = 0;
/** A name for an element that another one refers to. */
export function id(prefix) {
  used += 1;
  return `${prefix}-${used}`;
}
