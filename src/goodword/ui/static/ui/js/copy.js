// Copy buttons. Without this file, one click selects the whole value (user-select: all).
(() => {
  const reveal = (root) => {
    for (const button of root.querySelectorAll("[data-copy-button][hidden]")) button.hidden = false;
  };
  document.addEventListener("DOMContentLoaded", () => reveal(document));
  document.addEventListener("htmx:afterSwap", (event) => reveal(event.detail.elt));

  const select = (value) => {
    const range = document.createRange();
    range.selectNodeContents(value);
    const selection = window.getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
  };

  const copy = async (value) => {
    try {
      await navigator.clipboard.writeText(value.textContent);
      return true;
    } catch {
      select(value); // no permission, or the page isn't secure: use the older way
      return document.execCommand("copy");
    }
  };

  document.addEventListener("click", async (event) => {
    const button = event.target instanceof Element && event.target.closest("[data-copy-button]");
    if (!button) return;
    const value = button.closest("[data-copy]").querySelector("[data-copy-value]");
    if (!(await copy(value))) return;
    const word = button.querySelector("[data-copy-word]");
    word.dataset.before ??= word.textContent;
    word.textContent = word.dataset.done;
    button.dataset.copied = "";
    const said = button.closest("[data-copy]").querySelector("[data-copy-said]");
    said.textContent = word.dataset.done; // not every screen reader reads the button's new name
    clearTimeout(button.timer);
    button.timer = setTimeout(() => {
      word.textContent = word.dataset.before;
      delete button.dataset.copied;
      said.textContent = "";
    }, 2000);
  });
})();
