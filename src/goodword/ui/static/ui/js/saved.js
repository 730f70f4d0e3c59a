// Says Saving, Saved or Not saved in the nearest <c-saved>, from the htmx requests around it, and tries a
// request that did not get through again until it does.
(() => {
  const AGAIN_AFTER = 5000;

  const say = (element, state) => {
    const near = element.closest("form, main")?.querySelector("[data-saved]") ?? document.querySelector("[data-saved]");
    if (!near) return;
    near.dataset.state = state;
    near.textContent = { saving: near.dataset.saving, saved: near.dataset.done, failed: near.dataset.failed }[state];
  };

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.requestConfig.verb !== "get") say(event.detail.elt, "saving");
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const { elt, requestConfig, successful } = event.detail;
    if (requestConfig.verb === "get") return;
    say(elt, successful ? "saved" : "failed");
    const { status } = event.detail.xhr;
    if (status !== 0 && status < 500) return; // neither a lost connection nor a server in trouble
    setTimeout(() => {
      if (elt.isConnected) window.htmx.trigger(elt, requestConfig.triggeringEvent?.type ?? "change");
    }, AGAIN_AFTER);
  });
})();
