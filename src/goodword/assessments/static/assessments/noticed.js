// Notices what candidates were told on the first page: that the page was left, with how long, and that a text was
// pasted, with how many characters. Never what, never where to, no keys. It is sent at once and kept nowhere; nothing
// of it changes a score. Leaving is being hidden for two seconds; another window that only lies beside is none.
(() => {
  const LEAST = 2000;
  let since = null; // since when this page is hidden, by the browser's steady clock
  let gone = false; // on its way to another of our pages

  const screenOf = (target) => (target?.closest?.("[data-screen]") ?? document.querySelector("[data-screen]"));

  const send = (what, amount, screen) => {
    const part = document.querySelector("[data-noticed]");
    const token = document.querySelector("[name=csrfmiddlewaretoken]")?.value;
    if (!part || !screen || !token) return;
    const body = new FormData();
    body.set("csrfmiddlewaretoken", token);
    body.set("what", what);
    body.set("item", screen.dataset.asked);
    body.set("amount", String(amount));
    navigator.sendBeacon(part.dataset.noticed, body);
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
