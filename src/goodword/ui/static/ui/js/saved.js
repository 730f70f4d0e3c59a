// Shows Saving, Saved or Not saved in the nearest <c-saved>, from the htmx requests around it. After a lost connection or
// a server error it retries until it succeeds. After a conflict (409: another tab has changed the form) it swaps in the notice and stops
// saving; the button shows both versions. Leaving the page sends what isn't saved yet. Saves are numbered, since the
// server may handle two of them in reverse order.
(() => {
  const AGAIN_AFTER = 5000;
  const GIVE_UP_AFTER = 20000; // ms without a response, as in a tunnel
  const CONFLICT = 409;
  const DENIED = 403; // the cookie against forged requests is missing
  const changed = new WeakSet(); // forms with a conflict
  const renewed = new WeakSet(); // elements that have a new token since their last success
  const unsaved = new Map(); // elements whose last change isn't saved: the request that carries it
  const timers = new WeakMap(); // for the next attempt

  const load = Math.random().toString(36).slice(2, 10) || "0";
  let saves = 0;
  document.addEventListener("formdata", ({ target, formData }) => {
    const saving = target.matches("[hx-post]") || target.querySelector("[hx-post]");
    if (saving && target.querySelector("[data-saved]")) formData.set("save", `${load}-${++saves}`);
  });

  const lineOf = (element) =>
    element.closest("form, main")?.querySelector("[data-saved]") ?? document.querySelector("[data-saved]");
  const say = (element, state) => {
    const near = lineOf(element);
    if (!near) return;
    near.dataset.state = state;
    near.setAttribute("aria-live", state === "saving" ? "off" : "polite"); // else read with each arrow key
    const words = { saving: "saving", saved: "done", failed: "failed", denied: "denied", changed: "changed" };
    near.textContent = near.dataset[words[state]];
  };

  const tryAgain = (elt, type) => {
    say(elt, "failed");
    clearTimeout(timers.get(elt)); // one attempt, however many answers failed
    const again = setTimeout(() => {
      if (elt.isConnected) window.htmx.trigger(elt, type);
    }, AGAIN_AFTER);
    timers.set(elt, again);
  };

  const readPage = async () => {
    const giveUp = new AbortController();
    const timer = setTimeout(() => giveUp.abort(), GIVE_UP_AFTER);
    try {
      const response = await fetch(location.href, { cache: "no-store", signal: giveUp.signal });
      return response.status < 500 ? await response.text() : null;
    } catch {
      return null;
    } finally {
      clearTimeout(timer);
    }
  };

  // Get a new cookie with its token, and save again. Reloading the page could lose the text. A form that is sent
  // meanwhile waits (offline.js).
  const renew = async (elt, type) => {
    const form = elt.closest("form");
    renewed.add(elt);
    if (form) form.dataset.renewing = "yes";
    const page = await readPage();
    if (page === null) {
      renewed.delete(elt);
      tryAgain(elt, type);
      return;
    }
    const fresh = new DOMParser().parseFromString(page, "text/html").querySelector("[name=csrfmiddlewaretoken]");
    if (!fresh) {
      delete form?.dataset.renewing;
      say(elt, "denied");
      return;
    }
    for (const input of document.querySelectorAll("[name=csrfmiddlewaretoken]")) input.value = fresh.value;
    window.htmx.trigger(elt, type);
  };

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.requestConfig.verb === "get") return;
    if (changed.has(event.detail.elt)) event.preventDefault();
    else say(event.detail.elt, "saving");
  });
  document.addEventListener("htmx:beforeSend", (event) => {
    const { elt, requestConfig, xhr } = event.detail;
    if (requestConfig.verb === "get" || !lineOf(elt)) return;
    if (unsaved.has(elt)) unsaved.set(elt, xhr);
    const timer = setTimeout(() => xhr.abort(), GIVE_UP_AFTER);
    xhr.addEventListener("loadend", () => clearTimeout(timer));
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.xhr.status === CONFLICT) event.detail.shouldSwap = true;
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const { elt, requestConfig, successful } = event.detail;
    if (requestConfig.verb === "get") return;
    const { status } = event.detail.xhr;
    const type = requestConfig.triggeringEvent?.type ?? "change";
    if (status === DENIED && !renewed.has(elt)) {
      renew(elt, type);
      return;
    }
    delete elt.closest("form")?.dataset.renewing;
    if (status === CONFLICT) {
      changed.add(elt);
      say(elt, "changed");
      return;
    }
    if (status === 0 || status >= 500) {
      tryAgain(elt, type); // it doesn't help after other errors
      return;
    }
    say(elt, successful ? "saved" : status === DENIED ? "denied" : "changed");
    if (!successful) return;
    renewed.delete(elt);
    if (unsaved.get(elt) === event.detail.xhr) unsaved.delete(elt);
  });

  const noted = (event) => {
    const elt = event.target instanceof Element && event.target.closest("[hx-post]");
    if (elt && lineOf(elt)) unsaved.set(elt, null);
  };
  document.addEventListener("change", noted, true); // before htmx sends it
  document.addEventListener("input", noted, true);
  document.addEventListener("submit", ({ target, defaultPrevented }) => {
    if (defaultPrevented) return;
    for (const elt of unsaved.keys()) if (elt.closest("form") === target) unsaved.delete(elt); // the form sends it
  });
  window.addEventListener("pagehide", () => {
    for (const elt of unsaved.keys()) {
      if (!elt.isConnected || changed.has(elt)) continue;
      fetch(elt.getAttribute("hx-post"), {
        method: "POST",
        body: new FormData(elt.closest("form")),
        headers: { "HX-Request": "true" },
        keepalive: true,
      }).catch(() => {}); // too long, or offline
    }
    unsaved.clear();
  });
})();
