// Keys on lists: J and K move between rows, Enter opens. Other letters click the chosen row's element that has the
// letter as data-key. They can be turned off.
(() => {
  const list = document.querySelector("[data-rows]");
  const hint = document.querySelector("[data-keys]");
  if (!list || !hint) return;
  const toggle = hint.querySelector("[data-keys-switch]");
  const OFF = "goodword-keys-off";
  let on = localStorage.getItem(OFF) === null;

  const show = () => {
    toggle.textContent = on ? toggle.dataset.off : toggle.dataset.on;
  };
  toggle.addEventListener("click", () => {
    on = !on;
    if (on) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "1");
    show();
  });
  show();
  hint.hidden = false;

  const rows = () => [...list.querySelectorAll("[data-row]")];
  const chosen = () => list.querySelector("[data-chosen]");
  const choose = (row) => {
    if (!row) return;
    for (const other of rows()) delete other.dataset.chosen;
    row.dataset.chosen = "";
    row.querySelector("[data-open]").focus();
    row.scrollIntoView({ block: "nearest" });
  };
  list.addEventListener("focusin", (event) => {
    const row = event.target.closest("[data-row]");
    for (const other of rows()) if (other !== row) delete other.dataset.chosen;
    if (row) row.dataset.chosen = "";
  });

  const move = (by) => {
    const all = rows();
    const at = all.indexOf(chosen());
    choose(all[at < 0 ? 0 : Math.min(Math.max(at + by, 0), all.length - 1)]);
  };

  document.addEventListener("keydown", (event) => {
    if (!on || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable], dialog")) return;
    const key = event.key.toLowerCase();
    if (key === "j" || key === "k") {
      event.preventDefault();
      move(key === "j" ? 1 : -1);
      return;
    }
    if (event.repeat || !/^[a-z]$/.test(key)) return;
    const button = chosen()?.querySelector(`[data-key="${key}"]`);
    if (!button) return;
    event.preventDefault();
    button.click();
  });
})();
