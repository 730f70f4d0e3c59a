// Shows a ranking as a list that people sort by dragging or with up and down buttons. The form sends the selects below
// it; without this script, people use those.
(() => {
  const fill = (words, values) => words.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const rowsOf = (list) => [...list.querySelectorAll(".ranking__row")];
  const nameOf = (row) => row.querySelector(".ranking__name").textContent;

  const button = (act, sign) => {
    const made = document.createElement("button");
    made.type = "button";
    made.className = `ranking__move ranking__move--${act}`;
    made.textContent = sign;
    return made;
  };

  const build = (box) => {
    const fields = [...box.querySelectorAll(".field")];
    const selects = fields.map((field) => field.querySelector("select"));
    if (box.dataset.ready || selects.includes(null)) return;
    box.dataset.ready = "yes";
    const { up, down, place, keep, hint } = box.dataset;
    const line = box.closest("fieldset")?.querySelector("[data-ranking-hint]");
    if (line) line.textContent = hint;
    const list = document.createElement("ol");
    list.className = "ranking__list";
    const said = Object.assign(document.createElement("p"), { className: "visually-hidden" });
    said.setAttribute("role", "status");
    const asIs = button("keep", keep);
    asIs.className = "button button--secondary button--normal";

    const rows = fields.map((field, at) => {
      const select = selects[at];
      const row = document.createElement("li");
      row.className = "ranking__row";
      const name = document.createElement("span");
      name.className = "ranking__name";
      name.textContent = field.querySelector("label").firstChild.textContent.trim();
      const grip = document.createElement("span");
      grip.className = "ranking__grip";
      grip.setAttribute("aria-hidden", "true");
      const number = document.createElement("span");
      number.className = "ranking__number";
      const [higher, lower] = [button("up", "↑"), button("down", "↓")];
      higher.setAttribute("aria-label", fill(up, { name: name.textContent }));
      lower.setAttribute("aria-label", fill(down, { name: name.textContent }));
      row.append(grip, number, name, higher, lower);
      row.select = select;
      return row;
    });

    const isRanked = () => {
      const ranks = new Set(selects.map((select) => select.value));
      return !ranks.has("") && ranks.size === selects.length;
    };
    const number = () => {
      const ranked = isRanked();
      rowsOf(list).forEach((row, at, all) => {
        row.querySelector(".ranking__number").textContent = ranked ? String(at + 1) : "–";
        row.querySelector(".ranking__move--up").setAttribute("aria-disabled", String(at === 0));
        row.querySelector(".ranking__move--down").setAttribute("aria-disabled", String(at === all.length - 1));
      });
      asIs.hidden = ranked;
    };
    // ranks by the current order of the rows
    const save = (row) => {
      rowsOf(list).forEach((one, at) => (one.select.value = String(at + 1)));
      number();
      const all = rowsOf(list);
      if (row) said.textContent = fill(place, { name: nameOf(row), place: all.indexOf(row) + 1, last: all.length });
      selects[0].dispatchEvent(new Event("change", { bubbles: true }));
    };

    asIs.addEventListener("click", () => {
      save(rowsOf(list)[0]);
      list.querySelector(".ranking__move--down").focus();
    });
    list.addEventListener("click", (event) => {
      const pressed = event.target.closest(".ranking__move");
      if (!pressed || pressed.getAttribute("aria-disabled") === "true") return;
      const row = pressed.closest(".ranking__row");
      if (pressed.matches(".ranking__move--up")) row.previousElementSibling.before(row);
      else row.nextElementSibling.after(row);
      save(row);
      pressed.focus(); // it lost the focus when it moved
    });

    let held = null;
    let from = 0; // its place before
    list.addEventListener("pointerdown", (event) => {
      const grip = event.target.closest(".ranking__grip");
      if (!grip || event.button !== 0) return;
      event.preventDefault();
      held = grip.closest(".ranking__row");
      from = rowsOf(list).indexOf(held);
      held.classList.add("ranking__row--held");
      list.setPointerCapture(event.pointerId); // the list stays where it is
    });
    list.addEventListener("pointermove", (event) => {
      if (!held) return;
      const over = rowsOf(list).find((row) => {
        const { top, bottom } = row.getBoundingClientRect();
        return row !== held && event.clientY > top && event.clientY < bottom;
      });
      if (!over) return;
      const { top, height } = over.getBoundingClientRect();
      // only past its middle, else rows of different heights would swap back and forth
      const below = Boolean(held.compareDocumentPosition(over) & Node.DOCUMENT_POSITION_FOLLOWING);
      if (below && event.clientY > top + height / 2) over.after(held);
      if (!below && event.clientY < top + height / 2) over.before(held);
    });
    const drop = () => {
      if (!held) return;
      const row = held;
      held = null;
      row.classList.remove("ranking__row--held");
      if (rowsOf(list).indexOf(row) !== from) save(row); // else it was only touched
    };
    list.addEventListener("pointerup", drop);
    list.addEventListener("pointercancel", drop);

    list.append(...(isRanked() ? rows.toSorted((a, b) => a.select.value - b.select.value) : rows));
    // messages about single ranks stay visible, and the error summary links to the rows
    for (const [at, select] of selects.entries()) {
      fields[at].classList.add("ranking__field");
      fields[at].querySelector("label").setAttribute("aria-hidden", "true"); // the row has its name
      select.tabIndex = -1;
      select.setAttribute("aria-hidden", "true");
      select.addEventListener("focus", () => rows[at].querySelector(".ranking__move--up").focus());
    }
    box.prepend(list, asIs, said);
    number();
  };

  const start = () => document.querySelectorAll("[data-ranking]").forEach(build);
  document.addEventListener("DOMContentLoaded", start);
  document.addEventListener("htmx:afterSwap", start);
})();
