// "/" focuses the search, unless somebody is typing or has turned keys off (rows.js).
(() => {
  const typing = (element) => element.closest("input, textarea, select, [contenteditable]") !== null;

  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || localStorage.getItem("goodword-keys-off") !== null) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target instanceof Element && typing(event.target)) return;
    const visible = [...document.querySelectorAll("[data-search]")].find((input) => input.checkVisibility());
    if (!visible || document.querySelector("dialog:modal")) return;
    event.preventDefault();
    visible.focus();
    visible.select();
  });
})();
