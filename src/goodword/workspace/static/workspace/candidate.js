// A link to a folded section opens it.
(() => {
  const reveal = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const fold = target && (target.matches("details") ? target : target.querySelector(":scope > details.section-fold"));
    if (fold) fold.open = true;
  };
  addEventListener("hashchange", reveal);
  reveal();
})();
