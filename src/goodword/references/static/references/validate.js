// Shows the server's messages while somebody types. Without it they appear after Save.
(() => {
  const form = document.querySelector("form[data-validate]");
  if (!form) return;
  const PREFIX = "r-";
  const ANNOUNCED_AFTER = 100; // ms
  const touched = new Set();
  let timer = 0;
  let requests = 0;

  const nameOf = (input) => input.name.slice(PREFIX.length).replace(/_(month|year)$/, (part, _, at, whole) =>
    /^(from|to)_month_/.test(whole) ? "" : part);

  const fieldOf = (name) => {
    const input = form.querySelector(`[name="${PREFIX}${name}"], [name^="${PREFIX}${name}_"]`);
    return { input, box: input?.closest(".field") };
  };

  const show = (name, kind, words) => {
    const { input, box } = fieldOf(name);
    if (!box) return;
    const id = `validate-${name}-${kind}`;
    let message = box.querySelector(`#${id}`);
    if (!words && !message) return;
    if (!message) {
      message = document.createElement("div");
      message.id = id;
      message.className = kind === "problem" ? "field__error" : "field__hint";
      message.setAttribute("role", "status");
      box.append(message);
      const target = box.querySelector("fieldset") ?? input;
      target.setAttribute("aria-describedby", `${target.getAttribute("aria-describedby") ?? ""} ${id}`.trim());
    }
    // Screen readers announce the text only if its element was there before.
    message.words = words;
    const fill = () => message.textContent !== message.words && (message.textContent = message.words);
    if (message.dataset.ready !== undefined) fill();
    else setTimeout(fill, ANNOUNCED_AFTER);
    message.dataset.ready = "";
    if (kind !== "problem") return;
    for (const old of box.querySelectorAll(".field__error:not([role])")) old.remove();
    box.classList.toggle("field--wrong", Boolean(words));
    for (const one of box.querySelectorAll("input, select, textarea")) {
      if (words) one.setAttribute("aria-invalid", "true");
      else one.removeAttribute("aria-invalid");
    }
  };

  const validate = async () => {
    const current = ++requests;
    try {
      const answer = await fetch(form.dataset.validate, { method: "POST", body: new FormData(form) });
      if (!answer.ok || answer.redirected || current !== requests) return;
      const { problems, flags } = await answer.json();
      for (const name of touched) {
        show(name, "problem", problems[name] ?? "");
        show(name, "flag", flags[name] ?? "");
      }
    } catch {
      // offline or redirected: Save shows the messages
    }
  };

  const schedule = (event, wait) => {
    const input = event.target;
    if (!(input instanceof HTMLElement) || !input.name?.startsWith(PREFIX)) return;
    const name = nameOf(input);
    if (event.type === "input" && !touched.has(name)) return;
    touched.add(name);
    if (name === "ongoing" || name === "from_month") {
      if (touched.has("to_month") || name === "ongoing") touched.add("to_month");
    }
    clearTimeout(timer);
    timer = setTimeout(validate, wait);
  };

  form.addEventListener("change", (event) => schedule(event, 0));
  form.addEventListener("input", (event) => schedule(event, 400));
})();
