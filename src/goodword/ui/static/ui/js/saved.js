// Shows Saving, Saved or Not saved in the nearest <c-saved>, from the htmx requests around it, and retries failed
// requests until they succeed. After a conflict (409: another tab has changed the form) it swaps in the notice and stops
// saving; the button shows both versions.
(() => {
  const AGAIN_AFTER = 5000;
  const CONFLICT = 409;
  const changed = new WeakSet(); // forms with a conflict

  const say = (element, state) => {
    const near = element.closest("form, main")?.querySelector("[data-saved]") ?? document.querySelector("[data-saved]");
    if (!near) return;
    near.dataset.state = state;
    const words = { saving: "saving", saved: "done", failed: "failed", changed: "changed" };
    near.textContent = near.dataset[words[state]];
  };

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.requestConfig.verb === "get") return;
    if (changed.has(event.detail.elt)) event.preventDefault();
    else say(event.detail.elt, "saving");
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.xhr.status === CONFLICT) event.detail.shouldSwap = true;
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const { elt, requestConfig, successful } = event.detail;
    if (requestConfig.verb === "get") return;
    const { status } = event.detail.xhr;
    if (status === CONFLICT) {
      changed.add(elt);
      say(elt, "changed");
      return;
    }
    say(elt, successful ? "saved" : "failed");
    if (status !== 0 && status < 500) return; // retrying only helps after a lost connection or a server error
    setTimeout(() => {
      if (elt.isConnected) window.htmx.trigger(elt, requestConfig.triggeringEvent?.type ?? "change");
    }, AGAIN_AFTER);
  });
})();
