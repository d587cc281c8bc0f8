// The words of the page in the language that the server chose; they came with the page.

const WORDS = JSON.parse(document.getElementById("words").textContent);

export const LANGUAGE = document.documentElement.lang;
export const CHINESE = LANGUAGE.startsWith("zh");

/** A sentence, with {names} in it replaced. */
export function t(key, values = {}) {
  const sentence = WORDS[key];
  if (sentence === undefined) throw new Error(`no words for ${key}`);
  return sentence.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
}

/** What a part of the data is called that comes in both languages. */
export function both(words) {
  return CHINESE ? words.zh : words.en;
}
