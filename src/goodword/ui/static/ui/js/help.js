// CSS opens the "?" box, and the tip of a status, on hover and focus. This file keeps the box open after a click and
// closes both on Escape.
(() => {
  const boxes = () => document.querySelectorAll("[data-help]");
  const pin = (help, pinned) => {
    help.toggleAttribute("data-pinned", pinned);
    help.querySelector("button").setAttribute("aria-expanded", String(pinned));
  };

  document.addEventListener("click", (event) => {
    for (const help of boxes()) {
      const button = help.querySelector(".help__button");
      if (button.contains(event.target)) {
        help.removeAttribute("data-closed");
        pin(help, !help.hasAttribute("data-pinned"));
      } else if (!help.contains(event.target)) pin(help, false);
    }
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const help of boxes()) {
      pin(help, false);
      if (help.matches(":hover, :focus-within")) {
        help.setAttribute("data-closed", "");
        if (help.contains(document.activeElement)) help.querySelector(".help__button").focus();
      }
    }
    for (const tip of document.querySelectorAll("[data-tip]:is(:hover, :focus-within)")) tip.setAttribute("data-closed", "");
  });

  for (const leaving of ["mouseout", "focusout"]) {
    document.addEventListener(leaving, (event) => {
      const help = event.target instanceof Element && event.target.closest(":is([data-help], [data-tip])[data-closed]");
      if (help && !help.contains(event.relatedTarget)) help.removeAttribute("data-closed");
    });
  }
})();
