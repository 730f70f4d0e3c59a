// CSS opens the tip of a status on hover and focus. This file closes it on Escape.
(() => {
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const tip of document.querySelectorAll("[data-tip]:is(:hover, :focus-within)")) tip.setAttribute("data-closed", "");
  });

  for (const leaving of ["mouseout", "focusout"]) {
    document.addEventListener(leaving, (event) => {
      const tip = event.target instanceof Element && event.target.closest("[data-tip][data-closed]");
      if (tip && !tip.contains(event.relatedTarget)) tip.removeAttribute("data-closed");
    });
  }
})();
