// On portal pages, a form sent while offline or while the server is failing would lead to an error page and lose its
// input, so the page stays open and shows a notice. A form that saves by htmx continues once it is saved; if saving
// fails, the notice disappears and the button works again. A form with typed text that saves nothing until it is sent
// first asks whether the server can be reached, since browsers often notice late that they are offline. Tasks of an
// assessment ([data-form]) have their own queue.
(() => {
  const GIVE_UP_AFTER = 15000; // ms
  const DENIED = 403; // see saved.js
  const FAILING = [502, 503, 504]; // of a proxy without a server, as during a restart
  let unreached = new WeakMap(); // forms whose last autosave failed: by which element, whether the server responded
  let saving = new WeakMap(); // number of autosaves without a response
  let notice = null;
  let waiting = null; // the form that was not sent
  let leaving = null; // the form that continues once it is saved, with its button
  let asking = null; // the form that waits for the server's response
  let reached = null; // the form that the server is ready for

  const clear = () => {
    notice?.remove();
    notice = waiting = null;
  };

  const save = () => {
    const saves = waiting?.isConnected && (unreached.get(waiting)?.elt ?? (waiting.matches("[hx-post]") && waiting));
    if (saves) window.htmx.trigger(saves, "change");
    else clear();
  };

  const nameOf = (form) =>
    unreached.get(form)?.responded ? "unsaved" : form.matches("[hx-post]") ? "offline-saves" : "offline-stays";

  // `name`: of the notice
  const stay = (form, name = nameOf(form)) => {
    delete form.dataset.led; // see tap.js
    clear();
    waiting = form;
    notice = document.querySelector(`[data-${name}]`).content.firstElementChild.cloneNode(true);
    (form.querySelector(".actions") ?? document.querySelector("main > *")).before(notice);
    notice.scrollIntoView({ block: "nearest" });
  };

  const isSaving = (form) => saving.get(form) || form.dataset.renewing;

  const isUnsaved = (form) =>
    form.requestSubmit && // Safari has it since version 16
    form.querySelector("textarea, input[type=text], input[type=email]") &&
    !form.matches("[hx-post]") &&
    !form.querySelector("[hx-post], input[type=file]");

  const ask = async (form, submitter) => {
    asking = form;
    const giveUp = new AbortController();
    const timer = setTimeout(() => giveUp.abort(), GIVE_UP_AFTER);
    try {
      const { status } = await fetch(location.href, { method: "HEAD", cache: "no-store", signal: giveUp.signal });
      if (FAILING.includes(status)) stay(form, "failing-stays");
      else reached = form;
    } catch {
      stay(form);
    }
    clearTimeout(timer);
    asking = null;
    if (reached === form && form.isConnected) form.requestSubmit(submitter);
    reached = null;
  };

  window.addEventListener(
    "submit",
    (event) => {
      const form = event.target;
      if (form.method !== "post" || form.matches("[data-form]")) return;
      if (navigator.onLine && !unreached.has(form)) {
        if (isUnsaved(form) && reached !== form) {
          event.preventDefault();
          if (asking !== form) ask(form, event.submitter);
          return;
        }
        if (!isSaving(form)) return;
        event.preventDefault();
        leaving = { form, submitter: event.submitter };
        return;
      }
      event.preventDefault();
      stay(form);
      if (navigator.onLine) save(); // at once, before saved.js tries again
    },
    true,
  );
  window.addEventListener("online", save);
  window.addEventListener("pageshow", () => {
    unreached = new WeakMap();
    saving = new WeakMap();
    leaving = null;
  });

  document.addEventListener("htmx:beforeSend", (event) => {
    const form = event.detail.elt.closest("form");
    if (form && event.detail.requestConfig.verb !== "get") saving.set(form, (saving.get(form) ?? 0) + 1);
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const { elt } = event.detail;
    const form = elt.closest("form");
    if (!form || event.detail.requestConfig.verb === "get") return;
    saving.set(form, Math.max(0, (saving.get(form) ?? 0) - 1));
    const { status } = event.detail.xhr;
    if (status === 0 || status >= 500) {
      unreached.set(form, { elt, responded: status !== 0 });
      if (leaving?.form === form) stay(form);
      leaving = null;
      return;
    }
    unreached.delete(form);
    if (form === waiting) clear();
    // htmx sends queued requests after this event
    setTimeout(() => {
      if (leaving?.form !== form || !form.isConnected || isSaving(form)) return;
      const { submitter } = leaving;
      leaving = null;
      if (status !== DENIED) form.requestSubmit(submitter);
    });
  });
})();
