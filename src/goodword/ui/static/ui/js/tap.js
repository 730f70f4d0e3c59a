// In a form with [data-tap], an answer chosen by pointer leads on, once the page is complete and saved. Keyboards and
// screen readers pass answers while choosing, so they keep the button. Other pages listen for goodword:tap, and
// cancel it when they lead on.
(() => {
  const SHOWN_FOR = 150; // ms, so that the choice is seen
  const CALM = 400; // ms in which a double tap doesn't answer the next question
  let pressed = null;
  let calmUntil = 0;

  // screen readers on phones send clicks and pointers without size
  const isVirtual = ({ width, height, pressure, pointerType }) =>
    (width === 0 && height === 0) || (width === 1 && height === 1 && pressure === 0 && pointerType === "mouse");

  document.addEventListener("pointerdown", (event) => {
    pressed = !isVirtual(event) && event.target instanceof Element ? event.target.closest("label") : null;
  });
  document.addEventListener("keydown", () => (pressed = null));

  document.addEventListener(
    "click",
    (event) => {
      if (!(event.target instanceof Element) || !event.target.closest("[data-tap] label")) return;
      if (performance.now() < calmUntil) {
        event.preventDefault();
        event.stopPropagation();
        return;
      }
      const radio = event.target;
      if (!(radio instanceof HTMLInputElement) || radio.type !== "radio" || radio.closest("label") !== pressed) return;
      pressed = null;
      setTimeout(() => {
        if (!radio.isConnected || !radio.checked) return;
        const led = !radio.dispatchEvent(new CustomEvent("goodword:tap", { bubbles: true, cancelable: true }));
        if (led) calmUntil = performance.now() + CALM;
      }, SHOWN_FOR);
    },
    true,
  );

  const goOn = (form) => form.requestSubmit(form.querySelector("button:not([name])"));

  document.addEventListener("goodword:tap", (event) => {
    const form = event.target.closest("form[hx-post]");
    if (!form) return;
    const sets = [...form.querySelectorAll("fieldset")];
    const open = sets.find((set) => set.querySelector("input[type=radio]") && !set.querySelector("input:checked"));
    if (open) {
      open.scrollIntoView({ block: "nearest" });
      return;
    }
    // words to pick, texts and corrections are finished by the button
    if (form.querySelector("textarea, select, input:not([type=radio], [type=hidden])")) return;
    if (["saving", "failed"].includes(form.querySelector("[data-saved]")?.dataset.state)) form.dataset.leads = "yes";
    else goOn(form);
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.detail.elt.closest("form[data-leads]");
    if (!form || !event.detail.successful) return;
    delete form.dataset.leads;
    goOn(form);
  });
})();
