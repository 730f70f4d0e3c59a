// For forms: moves the focus to an error summary, announces and closes toasts, counts the selected rows in bulk bars and
// ignores second clicks. Going back to a page of errors shows the form, without asking whether to send it again.
(() => {
  const AGAIN_AFTER = 10000; // ms until a button works again, since people may stop a page that takes long to load
  const ready = (root) => {
    const summary = root.querySelector("[data-error-summary]:not([data-focused])");
    if (summary) {
      summary.dataset.focused = ""; // once: each autosave also ends in htmx:afterSwap
      summary.focus();
    }
    for (const button of root.querySelectorAll("[data-toast-close]")) button.hidden = false;
    root.querySelectorAll("[data-bulk-bar]").forEach(count);
  };

  // Screen readers pass over a status or an alert that is there when the page loads, and read one that changes.
  const ANNOUNCED_AFTER = 500; // ms, once they have begun with the page
  const ANNOUNCED = ":is([data-announce][role=status], .notice[role=alert]):not([hx-get])"; // not while it polls
  const announce = () => {
    for (const text of document.querySelectorAll(`${ANNOUNCED} :is(.notice__title, .notice__text)`)) {
      if (!text.contains(document.activeElement)) text.replaceChildren(...text.childNodes);
    }
  };

  const count = (bar) => {
    const list = bar.closest("[data-bulk]") ?? bar.closest("form");
    const rows = list?.querySelectorAll("tbody input[type=checkbox]:checked") ?? [];
    bar.querySelector("[data-bulk-count]").textContent = String(rows.length);
  };
  const countAloud = (bar) => {
    count(bar);
    const status = bar.previousElementSibling; // the bar itself is hidden at first, so that it can't be a status
    if (status) status.textContent = bar.querySelector(".bulk-bar__count").textContent.trim();
  };

  document.addEventListener("DOMContentLoaded", () => {
    // a page of errors is the response to a POST; as a plain visit, people can go back to it and reload it
    if (document.querySelector("[data-error-summary]")) history.replaceState(history.state, "", location.href);
    ready(document);
    setTimeout(announce, ANNOUNCED_AFTER);
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    ready(event.detail.elt);
    const { elt } = event.detail;
    if (elt.matches(ANNOUNCED) || elt.querySelector(ANNOUNCED)) setTimeout(announce, ANNOUNCED_AFTER);
  });

  // pages that poll replace their count each time, which screen readers would read again
  document.addEventListener("htmx:oobBeforeSwap", ({ detail }) => {
    const same = detail.target.textContent.trim() === detail.fragment.textContent.trim();
    if (same && detail.target.closest("[role=status]")) detail.shouldSwap = false;
  });

  document.addEventListener("click", (event) => {
    const close = event.target instanceof Element && event.target.closest("[data-toast-close]");
    close?.closest("[data-toast]").remove();
  });

  document.addEventListener("change", (event) => {
    const box = event.target;
    if (!(box instanceof HTMLInputElement) || box.type !== "checkbox") return;
    const all = box.closest("table")?.querySelector("[data-choose-all]");
    if (all) {
      const rows = [...box.closest("table").querySelectorAll("tbody input[type=checkbox]")];
      if (box === all) for (const row of rows) row.checked = all.checked;
      all.checked = rows.every((row) => row.checked);
      all.indeterminate = !all.checked && rows.some((row) => row.checked);
    }
    box.closest("[data-bulk], form")?.querySelectorAll("[data-bulk-bar]").forEach(countAloud);
  });

  // Enter on a row's checkbox would press the first button of the bar, which nobody has chosen
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.target instanceof Element) || !event.target.matches("input[type=checkbox]")) return;
    const list = event.target.closest("table")?.closest("[data-bulk], form");
    if (list?.querySelector("[data-bulk-bar]")) event.preventDefault();
  });

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post" || form.matches("[hx-post]")) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    // a second click would upload a file from the start
    if (!form.querySelector("input[type=file]")) setTimeout(() => delete form.dataset.sent, AGAIN_AFTER);
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });
})();
