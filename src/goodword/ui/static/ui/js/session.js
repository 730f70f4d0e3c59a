// Warns members before their session ends for lack of requests. Once it has ended, the page stays open with what was
// typed until they have signed in again in another tab: sending it would lead to the sign-in page without it. The
// server says how long the session lasts, since other tabs prolong it, and whose it is: on a shared computer another
// member may have signed in, in whose name nothing must be saved here.
(() => {
  const WARNING = 300; // seconds before the end
  const SAVED_EVERY = 300; // seconds: the server doesn't write each request down
  const CHECK_EVERY = 5000; // ms; a long timer would stop while the computer sleeps
  const ASK_AGAIN_AFTER = 30; // seconds, while offline or signed out

  const after = (seconds) => Date.now() + seconds * 1000;
  let askAt = Infinity;
  let signedOut = false;
  let token = "";
  const late = () => signedOut || Date.now() >= askAt;
  const find = (name) => document.querySelector(`dialog[data-session="${name}"]`);
  const show = (name) => {
    for (const dialog of document.querySelectorAll("dialog[data-session]")) {
      if (dialog.dataset.session !== name) dialog.close();
      else if (!dialog.open) dialog.showModal();
    }
  };

  const renewTokens = () => {
    document.body.setAttribute("hx-headers", JSON.stringify({ "x-csrftoken": token }));
    for (const input of document.querySelectorAll("[name=csrfmiddlewaretoken]")) input.value = token;
  };

  // Returns whether the page's member is signed in.
  const ask = async (method = "GET") => {
    askAt = after(ASK_AGAIN_AFTER);
    let answer;
    try {
      const headers = { "X-CSRFToken": token };
      const response = await fetch(find("ending").dataset.url, { method, headers, cache: "no-store" });
      if (!response.ok) return !signedOut;
      answer = await response.json();
    } catch {
      return !signedOut;
    }
    token = answer.token;
    if (answer.seconds <= 0 || String(answer.user) !== find("ending").dataset.user) {
      if (!signedOut) show("ended"); // once: people may close it to copy their text
      signedOut = true;
      return false;
    }
    signedOut = false;
    renewTokens(); // signing in changes them
    const warns = answer.seconds <= WARNING;
    show(warns ? "ending" : "");
    askAt = after(warns ? answer.seconds : answer.seconds - WARNING);
    return true;
  };

  document.addEventListener("DOMContentLoaded", () => {
    const seconds = Number(find("ending")?.dataset.seconds);
    if (!seconds) return;
    askAt = after(seconds - SAVED_EVERY - WARNING);
    const check = () => {
      if (Date.now() >= askAt) ask();
    };
    setInterval(check, CHECK_EVERY);
    for (const name of ["focus", "pageshow"]) window.addEventListener(name, () => (signedOut ? ask() : check()));
    find("ending").querySelector("[data-session-stay]").addEventListener("click", () => ask("POST"));
  });

  window.addEventListener(
    "submit",
    async (event) => {
      const { target: form, submitter } = event;
      if (!late() || form.method === "dialog") return;
      event.preventDefault();
      event.stopPropagation();
      if (await ask()) form.requestSubmit(submitter);
      else show("ended");
    },
    true,
  );
  // the server doesn't prolong the session for them
  document.addEventListener("htmx:configRequest", ({ detail }) => {
    if (detail.elt.getAttribute("hx-trigger")?.startsWith("every")) detail.headers["X-Goodword"] = "poll";
  });
  document.addEventListener("htmx:responseError", ({ detail }) => {
    if (detail.xhr.status === 401 && !signedOut) ask(); // signed out in another tab or browser
  });
  document.addEventListener("htmx:confirm", async (event) => {
    if (!late()) return;
    event.preventDefault();
    const { verb, issueRequest } = event.detail;
    if (signedOut && verb === "get") return; // pages that poll
    if (await ask()) issueRequest();
    else if (verb !== "get") show("ended");
  });
})();
