// An untimed part with all screens loaded: navigation works offline, and answers are saved immediately or queued
// (queue.js). Without this script each screen is a page.
(() => {
  const part = () => document.querySelector("[data-part]");
  const screens = new Map(); // URL -> its <section>
  const given = new Map(); // URL -> chosen since this page was loaded

  const here = () => document.querySelector("[data-screen]");
  const alertLine = () => document.querySelector("[data-alert]");

  const say = (state) => {
    const line = here()?.querySelector("[data-saved]");
    if (!line) return;
    line.dataset.state = state;
    line.setAttribute("aria-live", state === "saving" ? "off" : "polite"); // else read with each arrow key
    const { saving, done, failed, changed } = line.dataset;
    line.textContent = { saving, saved: done, failed, changed }[state] ?? "";
  };
  const waits = () => window.goodwordAnswers.waiting().includes(here()?.dataset.here);
  // Remove "Not saved yet" once the answer is saved.
  const settle = () => {
    const line = here()?.querySelector("[data-saved]");
    if (line && line.dataset.state === "failed" && !waits()) say(given.has(here().dataset.here) ? "saved" : "");
  };
  const warn = (text) => {
    const line = alertLine();
    line.hidden = !text;
    line.textContent = text ?? "";
  };

  const fill = (screen) => {
    const unsaved = window.goodwordAnswers.of(screen.dataset.here);
    const fields = given.get(screen.dataset.here) ?? unsaved?.fields;
    if (!fields) return;
    window.goodwordAnswers.fill(screen, fields);
    if (unsaved?.conflict) stop();
    else if (unsaved && screen.querySelector("input[name=seen]")) keep(screen.querySelector("[data-form]"));
    const skip = screen.querySelector("[data-skip]");
    if (skip) skip.hidden = true;
  };

  const go = (url, { push = true } = {}) => {
    const path = new URL(url, location.href).pathname;
    const next = screens.get(path);
    if (!next) {
      location.assign(url);
      return;
    }
    keepTyped();
    const copy = document.importNode(next, true);
    here().replaceWith(copy);
    fill(copy);
    count();
    if (push) history.pushState({ screen: path }, "", path);
    document.title = `${copy.dataset.title} · ${document.title.split(" · ").pop()}`;
    document.querySelector("h1 [data-heading]").textContent = copy.dataset.heading;
    document.querySelector("[data-tell]").textContent = copy.dataset.title;
    window.scrollTo(0, 0);
    turned = { place, at: performance.now() };
    document.dispatchEvent(new CustomEvent("goodword:screen"));
  };

  // The second click of a double click doesn't count on the next screen.
  const CALM = 400; // ms
  const SAME_PLACE = 24; // px
  let place = { x: 0, y: 0 };
  let turned = { place, at: -CALM }; // where and when a click led to this screen
  document.addEventListener(
    "click",
    (event) => {
      if (event.detail === 0) return; // by keyboard
      place = { x: event.clientX, y: event.clientY };
      const apart = Math.hypot(place.x - turned.place.x, place.y - turned.place.y);
      if (performance.now() - turned.at >= CALM || apart >= SAME_PLACE) return;
      event.preventDefault();
      event.stopImmediatePropagation();
    },
    true,
  );

  let known = null; // the server's last response
  const count = () => {
    const line = here()?.querySelector("[data-count]");
    if (!line || !known) return;
    const words = known.answered < 2 ? line.dataset.one : line.dataset.many;
    line.textContent = words.replace("{answered}", known.answered).replace("{total}", known.total);
    const bar = here().querySelector("progress");
    if (bar) bar.value = known.answered;
  };

  let loaded = false;
  let going = false; // Next was pressed and waits for the answer to be saved
  let held = false; // Next was pressed offline, before the screens had loaded
  let denied = false; // the server rejects all answers of this page
  const load = async () => {
    try {
      const response = await fetch(part().dataset.sheet, { headers: { "X-Goodword": "script" } });
      if (!response.ok) return;
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      for (const screen of page.querySelectorAll("[data-screen]")) screens.set(screen.dataset.here, screen);
      loaded = true;
    } catch {
      // offline: the pages themselves still work
    }
  };

  // In conflict with another tab: stop saving. Next shows both answers, because this page keeps its mark.
  let stopped = false;
  const stop = () => {
    stopped = true;
    say("changed");
    warn(part().dataset.conflictWords);
  };

  const keep = (form, { leaving = false } = {}) => {
    if (stopped) return;
    const screen = here();
    const fields = window.goodwordAnswers.fieldsOf(form);
    given.set(screen.dataset.here, fields);
    say("saving");
    if (leaving) window.goodwordAnswers.store(screen.dataset.here, fields);
    else window.goodwordAnswers.put(screen.dataset.here, fields);
  };
  const formOf = (event) => {
    const form = event.target instanceof Element && event.target.closest("[data-form]");
    return form && event.target.type !== "file" && !form.querySelector("input[type=file]") ? form : null;
  };
  const choosing = (form) => form.querySelector("[data-item], [data-situation]") !== null;

  let typing = null; // until a pause, or until the page is left
  document.addEventListener("change", (event) => {
    const form = formOf(event);
    if (!form) return;
    clearTimeout(typing);
    typing = null;
    keep(form);
  });
  const keepTyped = (options) => {
    if (typing === null) return;
    clearTimeout(typing);
    typing = null;
    keep(here().querySelector("[data-form]"), options);
  };
  document.addEventListener("input", (event) => {
    const form = formOf(event);
    if (!form || choosing(form)) return;
    clearTimeout(typing);
    typing = setTimeout(keepTyped, 800);
  });
  window.addEventListener("pagehide", () => {
    keepTyped({ leaving: true });
    window.goodwordAnswers.sendLeaving();
  });

  document.addEventListener("submit", (event) => {
    const form = event.target.closest("[data-form]");
    const screen = here();
    if (!form || !screen) return;
    if (denied && navigator.onLine) return; // the server's page explains
    if (!screens.size) {
      // When offline or if the server fails, an error page would replace this one.
      if (navigator.onLine && !waits()) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      if (navigator.onLine) {
        if (going) return;
        going = true;
        window.goodwordAnswers.settled().then(() => {
          going = false;
          if (form.isConnected) form.requestSubmit(event.submitter);
        });
        return;
      }
      held = true;
      warn(part().dataset.held);
      return;
    }
    const whole = [...form.querySelectorAll("fieldset")].every((set) => set.querySelector("input:checked"));
    if (!whole && !navigator.onLine) {
      event.preventDefault(); // the browser's error page would replace this one
      event.stopImmediatePropagation();
      held = true;
      warn(part().dataset.held);
      return;
    }
    const toLast = new URLSearchParams(location.search).has("from");
    const stays = !toLast && screens.has(new URL(screen.dataset.onward, location.href).pathname);
    if (!whole || (!stays && !window.goodwordAnswers.waiting().length)) return;
    event.preventDefault(); // answers were queued when chosen
    event.stopImmediatePropagation();
    if (!stays) {
      // The finish page counts saved answers, so wait for them; offline, say so and stay.
      say("saving");
      window.goodwordAnswers.settled().then(() => form.isConnected && form.submit());
      return;
    }
    go(screen.dataset.onward);
  }, true);

  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element && event.target.closest("[data-back], [data-onward]");
    if (!link?.href || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (!screens.has(new URL(link.href).pathname)) return;
    event.preventDefault();
    go(link.href);
  });

  window.addEventListener("popstate", () => {
    if (location.pathname === here()?.dataset.here) return; // a link to a field, as in an error summary
    if (screens.has(location.pathname)) go(location.pathname, { push: false });
    else location.reload();
  });

  document.addEventListener("goodword:saved", (event) => {
    denied = false;
    warn(null);
    if (event.detail.answered !== undefined) known = event.detail;
    if (event.detail.url === here()?.dataset.here) say("saved");
    else settle();
    const skip = event.detail.url === here()?.dataset.here && here().querySelector("[data-skip]");
    if (skip) skip.hidden = true;
    count();
  });
  document.addEventListener("goodword:offline", (event) => {
    if (waits()) say("failed");
    const { denied: reload, unsaved, held: again, offline } = part().dataset;
    denied = event.detail.denied === true;
    warn(denied ? reload : event.detail.fails ? unsaved : held ? again : offline);
  });
  const partOf = (url) => url.replace(/\d+\/$/, "");
  document.addEventListener("goodword:refused", (event) => {
    const leftOver = partOf(event.detail.url) !== partOf(here().dataset.here); // from another part or assessment
    if (leftOver) return;
    if (event.detail.go) location.assign(event.detail.go);
    else if (event.detail.url !== here()?.dataset.here) return;
    else if (event.detail.conflict) stop();
    else if (here().querySelector("[data-item], [data-situation]")) warn(event.detail.say?.[0] ?? part().dataset.refused);
    else say(""); // incomplete: Next says what is missing
  });
  window.addEventListener("online", () => {
    if (held) warn(null);
    held = false;
    if (!loaded) load();
  });
  document.addEventListener("DOMContentLoaded", () => {
    if (document.querySelector("[data-conflict]")) {
      window.goodwordAnswers.drop(here().dataset.here); // the page shows both
      stopped = true; // only the button replaces the other answer
    }
    fill(here()); // unsent answers
    load();
  });
})();
