// On portal pages: a form sent while offline would lead to the browser's error page and lose what was typed, so the
// page stays and says so. A form that saves by htmx is saved as soon as the connection is back; then the notice goes
// and the button works again. Tasks of an assessment ([data-form]) have their own queue.
(() => {
  let unreached = new WeakSet(); // forms whose last autosave got no response
  let notice = null;
  let waiting = null; // the form that was not sent

  const clear = () => {
    notice?.remove();
    notice = waiting = null;
  };

  const save = () => {
    if (waiting?.isConnected && waiting.matches("[hx-post]")) window.htmx.trigger(waiting, "change");
    else clear();
  };

  window.addEventListener(
    "submit",
    (event) => {
      const form = event.target;
      if (form.method !== "post" || form.matches("[data-form]")) return;
      if (navigator.onLine && !unreached.has(form)) return;
      event.preventDefault();
      delete form.dataset.led; // see tap.js
      clear();
      waiting = form;
      const template = document.querySelector(form.matches("[hx-post]") ? "[data-offline-saves]" : "[data-offline-stays]");
      notice = template.content.firstElementChild.cloneNode(true);
      (form.querySelector(".actions") ?? document.querySelector("main > *")).before(notice);
      notice.scrollIntoView({ block: "nearest" });
      if (navigator.onLine) save(); // now, not at the next try of saved.js
    },
    true,
  );
  window.addEventListener("online", save);
  window.addEventListener("pageshow", () => (unreached = new WeakSet()));

  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.detail.elt.closest("form");
    if (!form || event.detail.requestConfig.verb === "get") return;
    if (event.detail.xhr.status === 0) {
      unreached.add(form);
      return;
    }
    unreached.delete(form);
    if (form === waiting) clear();
  });
})();
