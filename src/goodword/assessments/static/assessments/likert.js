// The keyboard on one item: a number chooses its answer, Enter goes on. The keys work while the form has the focus,
// which its question gets as the page opens. Without this file, Tab, the arrows and the button do the same.
(() => {
  const start = () => {
    const item = document.querySelector("[data-item]");
    if (!item) return;
    const form = item.closest("form");
    const answers = [...item.querySelectorAll("input[type=radio]")];
    for (const hint of form.querySelectorAll("[data-keys]")) hint.hidden = false;
    if (!document.querySelector("[data-error-summary]")) item.focus({ preventScroll: true });

    form.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const answer = answers.find((input) => input.value === event.key);
      if (answer) {
        event.preventDefault();
        const changed = !answer.checked;
        answer.checked = true;
        answer.focus();
        if (changed) answer.dispatchEvent(new Event("change", { bubbles: true }));
      } else if (event.key === "Enter" && !event.target.closest("a, button")) {
        event.preventDefault();
        form.requestSubmit();
      }
    });
  };

  document.addEventListener("DOMContentLoaded", start);
})();
