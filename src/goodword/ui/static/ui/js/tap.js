// In a form with [data-tap], an answer chosen by pointer leads on, once the page is complete and saved. Keyboards and
// screen readers pass answers while choosing, so they keep the button. Forms with hx-post wait until the
// answer is saved; others save it themselves.
(() => {
  const SHOWN_FOR = 150; // ms, so that the choice is seen
  const CALM = 400; // ms in which a second tap at the same place doesn't answer the next question
  const SAME_PLACE = 24; // px
  const MOVED = 200; // ms in which a tap was meant for what was there before the page scrolled
  let pressed = null; // the label under the pointer
  let isDown = false; // the page must not move below the pointer
  let movedUntil = 0;
  let missed = false; // pressed just after the page had moved
  let answers = 0; // only the latest one scrolls
  let place = { x: 0, y: 0 };
  let calmUntil = 0;
  let led = { x: 0, y: 0 };

  // screen readers on phones send clicks and pointers without size
  const isVirtual = ({ width, height, pressure, pointerType }) =>
    (width === 0 && height === 0) || (width === 1 && height === 1 && pressure === 0 && pointerType === "mouse");

  document.addEventListener("pointerdown", (event) => {
    pressed = !isVirtual(event) && event.target instanceof Element ? event.target.closest("label") : null;
    place = { x: event.clientX, y: event.clientY };
    isDown = true;
    missed = performance.now() < movedUntil;
  });
  for (const end of ["pointerup", "pointercancel"]) document.addEventListener(end, () => (isDown = false));
  document.addEventListener("keydown", () => (pressed = null));

  document.addEventListener(
    "click",
    (event) => {
      if (!(event.target instanceof Element) || !event.target.closest("[data-tap] label")) return;
      const apart = Math.hypot(event.clientX - led.x, event.clientY - led.y);
      if ((pressed && missed) || (performance.now() < calmUntil && apart < SAME_PLACE)) {
        pressed = null;
        event.preventDefault();
        event.stopPropagation();
        return;
      }
      const radio = event.target;
      if (!(radio instanceof HTMLInputElement) || radio.type !== "radio" || radio.closest("label") !== pressed) return;
      pressed = null;
      const { x, y } = place;
      const number = ++answers;
      setTimeout(() => {
        if (!radio.isConnected || !radio.checked || !lead(radio.form, number === answers && !isDown)) return;
        calmUntil = performance.now() + CALM;
        led = { x, y };
      }, SHOWN_FOR);
    },
    true,
  );

  // once: two quick taps on one page must not submit it twice
  const goOn = (form) => {
    if (form.dataset.led) return true;
    form.dataset.led = "yes";
    form.requestSubmit(form.querySelector("button:not([name])"));
    return true;
  };
  // back from the browser's cache
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-led]")) delete form.dataset.led;
  });

  const show = (set) => {
    const before = window.scrollY;
    set.scrollIntoView({ block: "nearest" });
    if (window.scrollY !== before) movedUntil = performance.now() + MOVED;
  };

  // Whether it leads to the next screen.
  const lead = (form, mayScroll) => {
    const sets = [...form.querySelectorAll("fieldset")];
    const open = sets.find((set) => set.querySelector("input[type=radio]") && !set.querySelector("input:checked"));
    if (open && mayScroll) show(open);
    // words to pick, texts and corrections are finished by the button
    if (open || form.querySelector("textarea, select, input:not([type=radio], [type=hidden])")) return false;
    const unsaved = ["saving", "failed"].includes(form.querySelector("[data-saved]")?.dataset.state);
    if (!form.matches("[hx-post]") || !unsaved) return goOn(form);
    form.dataset.leads = "yes";
    return false;
  };

  for (const advice of document.querySelectorAll("[data-taps]")) advice.hidden = false;

  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.detail.elt.closest("form[data-leads]");
    if (!form || !event.detail.successful) return;
    delete form.dataset.leads;
    goOn(form);
  });
})();
