// Shows passkey buttons in browsers that support passkeys, and a sentence if no passkey was used.
(function () {
  document.addEventListener("allauth.error", function (event) {
    const place = document.querySelector("[data-passkey-failed]");
    if (!place) return;
    event.preventDefault();
    place.textContent = place.dataset.words;
  });
  // allauth's script submits the form once the browser has created the passkey
  document.addEventListener("submit", function (event) {
    if (event.target.matches("[data-passkey-form]")) event.preventDefault();
  });
  if (!window.PublicKeyCredential) return;
  document.querySelectorAll("[data-passkey-only]").forEach(function (part) { part.hidden = false; });
})();
