// Shows passkey buttons where the browser knows passkeys, and a sentence where none was used.
(function () {
  document.addEventListener("allauth.error", function (event) {
    const place = document.querySelector("[data-passkey-failed]");
    if (!place) return;
    event.preventDefault();
    place.textContent = place.dataset.words;
  });
  // the form is sent by allauth's script, once the browser has made the passkey
  document.addEventListener("submit", function (event) {
    if (event.target.matches("[data-passkey-form]")) event.preventDefault();
  });
  if (!window.PublicKeyCredential) return;
  document.querySelectorAll("[data-passkey-only]").forEach(function (part) { part.hidden = false; });
})();
