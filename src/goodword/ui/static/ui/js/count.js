// Shows the remaining characters below each textarea with data-longest. It counts like the server: characters instead
// of UTF-16 units, line breaks once, no spaces at the ends. Near the limit, screen readers announce it after a pause.
(() => {
  const PAUSE = 1200; // ms without typing
  const NEAR = 0.1; // of the limit
  const language = document.documentElement.lang;
  const written = (n) => n.toLocaleString(language);
  const lengthOf = (text) => [...text.normalize("NFC").trim()].length;
  const lineOf = (text) => document.getElementById(`${text.id}_count`);

  const show = (text) => {
    const line = lineOf(text);
    if (!line) return false;
    const left = Number(text.dataset.longest) - lengthOf(text.value);
    const { one, many, oneOver, manyOver } = line.dataset;
    const form = new Intl.PluralRules(language).select(Math.abs(left));
    const words = left < 0 ? (form === "one" ? oneOver : manyOver) : form === "one" ? one : many;
    line.textContent = words.replace("{n}", written(Math.abs(left)));
    line.classList.toggle("field__count--over", left < 0);
    return left < Number(text.dataset.longest) * NEAR;
  };

  let timer;
  document.addEventListener("input", (event) => {
    const text = event.target;
    if (!(text instanceof HTMLTextAreaElement) || !text.dataset.longest) return;
    const near = show(text);
    const status = lineOf(text)?.nextElementSibling;
    clearTimeout(timer);
    timer = setTimeout(() => status && (status.textContent = near ? lineOf(text).textContent : ""), PAUSE);
  });

  const start = () => document.querySelectorAll("textarea[data-longest]").forEach(show);
  document.addEventListener("DOMContentLoaded", start);
  document.addEventListener("goodword:screen", start);
  window.addEventListener("pageshow", start); // texts that the browser has restored
})();
