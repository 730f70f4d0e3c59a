// Keyboard shortcuts: a number chooses an answer, Enter continues. They work while the form has the focus, which its
// question gets on load. Without this script, Tab, arrow keys and the button do the same.
(() => {
  const radios = (item) => [...item.querySelectorAll("input[type=radio]")];

  const start = () => {
    const item = document.querySelector("[data-item]");
    if (!item) return;
    for (const hint of document.querySelectorAll("[data-keys]")) hint.hidden = false;
    focus(document.querySelector("[data-solution]") ?? item);
  };

  // so that screen readers read it
  const focus = (target) => {
    // on a slow connection people may have begun to answer before this script arrives
    const busy = document.activeElement !== document.body;
    if (busy || document.querySelector("[data-error-summary]")) return;
    describe(target);
    target.focus({ preventScroll: true });
  };

  // Screen readers continue from the focus, so they read what precedes it as its description.
  const describe = (target) => {
    const own = target.getAttribute("aria-describedby");
    const before = [...document.querySelectorAll("[data-before]")].map((element) => element.id);
    if (before.length) target.setAttribute("aria-describedby", [...before, ...(own ? [own] : [])].join(" "));
  };

  document.addEventListener("keydown", (event) => {
    if (!(event.target instanceof Element)) return;
    const form = event.target.closest("form");
    const item = form?.querySelector("[data-item]");
    if (!item || event.ctrlKey || event.metaKey || event.altKey) return;
    const answers = radios(item);
    // scales by value, options by position
    const scale = answers.some((input) => input.value === event.key);
    const answer = scale ? answers.find((input) => input.value === event.key) : answers[Number(event.key) - 1];
    if (/^[0-9]$/.test(event.key) && answer) {
      event.preventDefault();
      const changed = !answer.checked;
      answer.checked = true;
      answer.focus();
      if (changed) answer.dispatchEvent(new Event("change", { bubbles: true }));
    } else if (event.key === "Enter" && !event.target.closest("a, button, textarea")) {
      event.preventDefault();
      if (event.repeat) return; // held down, it would also submit the next screen
      const next = form.querySelector("button:not([name])");
      form.requestSubmit(next);
    }
  });

  document.addEventListener("DOMContentLoaded", start);
  // the button that led here is gone, and the focus with it
  document.addEventListener("goodword:screen", () => {
    start();
    const situation = document.querySelector("[data-situation]");
    if (situation) focus(situation);
  });
})();
