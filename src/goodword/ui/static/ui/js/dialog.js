// A dialog that the server has already opened becomes modal.
(() => {
  const show = (dialog) => {
    if (dialog.open) dialog.close();
    dialog.showModal();
    const field = dialog.querySelector("[data-error-summary], [autofocus], .field :is(input, select, textarea)");
    field?.focus();
  };

  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element)) return;
    const closing = event.target.closest("[data-dialog-close]");
    if (closing) {
      const dialog = closing.closest("dialog");
      if (dialog.matches(":modal")) {
        event.preventDefault();
        dialog.close();
      }
      return;
    }
    if (event.target instanceof HTMLDialogElement && event.target.matches(":modal")) {
      const box = event.target.getBoundingClientRect();
      const inside =
        event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
      if (!inside && event.clientX + event.clientY > 0) event.target.close();
    }
  });

  // Nobody opened this dialog with a button, so the browser has no element to which it can return the focus.
  const focusPage = ({ target: dialog }) => {
    const { activeElement } = document; // it may be hidden by now
    const isLost = activeElement === document.body || (!dialog.open && dialog.contains(activeElement));
    if (isLost) document.getElementById("content")?.focus();
  };
  const openMarked = (root) => {
    for (const dialog of root.querySelectorAll("dialog[data-dialog-open]")) {
      show(dialog);
      dialog.addEventListener("close", focusPage);
    }
  };
  document.addEventListener("DOMContentLoaded", () => openMarked(document));
  document.addEventListener("htmx:afterSwap", (event) => openMarked(event.detail.elt));
})();
