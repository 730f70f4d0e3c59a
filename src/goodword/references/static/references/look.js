// Says while somebody types what the server would say on Save. The server decides: this only shows its words sooner,
// and without it they come after Save.
(() => {
  const form = document.querySelector("form[data-look]");
  if (!form) return;
  const PREFIX = "r-";
  const touched = new Set();
  let timer = 0;
  let asked = 0;

  const nameOf = (input) => input.name.slice(PREFIX.length).replace(/_(month|year)$/, (part, _, at, whole) =>
    /^(from|to)_month_/.test(whole) ? "" : part);

  const fieldOf = (name) => {
    const input = form.querySelector(`[name="${PREFIX}${name}"], [name^="${PREFIX}${name}_"]`);
    return { input, box: input?.closest(".field") };
  };

  const say = (name, kind, words) => {
    const { input, box } = fieldOf(name);
    if (!box) return;
    const id = `look-${name}-${kind}`;
    let line = box.querySelector(`#${id}`);
    if (!words && !line) return;
    if (!line) {
      line = document.createElement("div");
      line.id = id;
      line.className = kind === "problem" ? "field__error" : "field__hint";
      line.setAttribute("role", "status");
      box.append(line);
      const target = box.querySelector("fieldset") ?? input;
      target.setAttribute("aria-describedby", `${target.getAttribute("aria-describedby") ?? ""} ${id}`.trim());
    }
    if (line.textContent !== words) line.textContent = words;
    if (kind !== "problem") return;
    for (const old of box.querySelectorAll(".field__error:not([role])")) old.remove();
    box.classList.toggle("field--wrong", Boolean(words));
    for (const one of box.querySelectorAll("input, select, textarea")) {
      if (words) one.setAttribute("aria-invalid", "true");
      else one.removeAttribute("aria-invalid");
    }
  };

  const look = async () => {
    const mine = ++asked;
    try {
      const answer = await fetch(form.dataset.look, { method: "POST", body: new FormData(form) });
      if (!answer.ok || answer.redirected || mine !== asked) return;
      const { problems, flags } = await answer.json();
      for (const name of touched) {
        say(name, "problem", problems[name] ?? "");
        say(name, "flag", flags[name] ?? "");
      }
    } catch {
      // no line, or the page has moved on: Save says it
    }
  };

  const soon = (event, wait) => {
    const input = event.target;
    if (!(input instanceof HTMLElement) || !input.name?.startsWith(PREFIX)) return;
    const name = nameOf(input);
    if (event.type === "input" && !touched.has(name)) return;
    touched.add(name);
    if (name === "ongoing" || name === "from_month") {
      if (touched.has("to_month") || name === "ongoing") touched.add("to_month");
    }
    clearTimeout(timer);
    timer = setTimeout(look, wait);
  };

  form.addEventListener("change", (event) => soon(event, 0));
  form.addEventListener("input", (event) => soon(event, 400));
})();
