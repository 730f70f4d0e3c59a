// Keys on Home: J and K move between rows, E does the first action, H hides, Enter opens. They can be turned off.
(() => {
  const list = document.querySelector("[data-needs]");
  const hint = document.querySelector("[data-keys]");
  if (!list || !hint) return;
  const toggle = hint.querySelector("[data-keys-switch]");
  const OFF = "goodword-home-keys-off";
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

  const rows = () => [...list.querySelectorAll("[data-need]")];
  const chosen = () => list.querySelector("[data-chosen]");
  const choose = (row) => {
    if (!row) return;
    for (const other of rows()) delete other.dataset.chosen;
    row.dataset.chosen = "";
    row.querySelector("[data-open]").focus();
    row.scrollIntoView({ block: "nearest" });
  };
  list.addEventListener("focusin", (event) => {
    const row = event.target.closest("[data-need]");
    for (const other of rows()) if (other !== row) delete other.dataset.chosen;
    if (row) row.dataset.chosen = "";
  });

  const move = (by) => {
    const all = rows();
    const at = all.indexOf(chosen());
    choose(all[at < 0 ? 0 : Math.min(Math.max(at + by, 0), all.length - 1)]);
  };
  const press = (selector) => chosen()?.querySelector(selector)?.click();
  const acts = {
    j: () => move(1),
    k: () => move(-1),
    e: () => press("[data-first]"),
    h: () => press("[data-hide]"),
  };

  document.addEventListener("keydown", (event) => {
    if (!on || event.ctrlKey || event.metaKey || event.altKey || event.repeat && "eh".includes(event.key)) return;
    if (event.target.closest("input, textarea, select, [contenteditable], dialog")) return;
    const act = acts[event.key.toLowerCase()];
    if (!act) return;
    event.preventDefault();
    act();
  });
})();
