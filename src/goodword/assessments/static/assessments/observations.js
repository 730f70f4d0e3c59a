// Observes what the first page announces: for how long the page was left, and how many characters were pasted. No
// content, no keys. Leaving means hidden for two seconds; a window beside this one does not count.
(() => {
  const LEAST = 2000;
  let since = null; // when the page was hidden, by the browser's monotonic clock
  let gone = false; // leaving for another of our pages

  const screenOf = (target) => (target?.closest?.("[data-screen]") ?? document.querySelector("[data-screen]"));

  const send = (kind, amount, screen) => {
    const part = document.querySelector("[data-observe]");
    const token = document.querySelector("[name=csrfmiddlewaretoken]")?.value;
    if (!part || !screen || !token) return;
    const body = new FormData();
    body.set("csrfmiddlewaretoken", token);
    body.set("kind", kind);
    body.set("item", screen.dataset.asked);
    body.set("amount", String(amount));
    navigator.sendBeacon(part.dataset.observe, body);
  };

  const back = () => {
    if (since === null) return;
    const away = performance.now() - since;
    since = null;
    if (away >= LEAST) send("left", Math.round(away / 1000), screenOf());
  };

  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") back();
    // choosing a file, or taking a picture of one, hides the page
    else if (!gone && !document.querySelector("[data-screen] input[type=file]")) since = performance.now();
  });
  window.addEventListener("pagehide", () => {
    gone = true;
    back();
  });
  window.addEventListener("pageshow", () => {
    gone = false;
    since = null;
  });

  document.addEventListener("paste", (event) => {
    const field = event.target;
    if (!(field instanceof Element) || !field.closest("[data-form]") || !field.matches("textarea, input")) return;
    const length = event.clipboardData?.getData("text").length ?? 0;
    if (length) send("pasted", length, screenOf(field));
  });
})();
