// Answers wait here until they have arrived: one an address, the newest, kept in the browser over reloads and a closed
// lid. They are sent as soon as there is a connection, with how long they have waited, so that of two answers the one
// that was given later counts, whichever arrives first. Used by sheet.js; pages that only wait load it alone.
(() => {
  const KEY = "goodword.answers";
  const AGAIN_AFTER = 4000;
  let memory = {}; // where the browser keeps nothing
  let busy = false;

  const read = () => {
    try {
      return JSON.parse(localStorage.getItem(KEY) ?? "{}");
    } catch {
      return memory;
    }
  };
  const write = (all) => {
    memory = all;
    try {
      if (Object.keys(all).length) localStorage.setItem(KEY, JSON.stringify(all));
      else localStorage.removeItem(KEY);
    } catch {
      // a private window: this page keeps them as long as it is open
    }
  };

  const tell = (name, detail) => document.dispatchEvent(new CustomEvent(`goodword:${name}`, { detail }));
  const csrf = () => document.querySelector("input[name=csrfmiddlewaretoken]")?.value ?? "";

  const mine = new Map(); // queued by this page, without a response yet

  const put = (url, fields) => {
    const all = read();
    all[url] = { fields, at: Date.now() };
    mine.set(url, all[url]);
    write(all);
    flush();
  };

  // Another window has sent it: sending it again is idempotent and returns the result.
  window.addEventListener("storage", async (event) => {
    if (event.key !== KEY && event.key !== null) return;
    for (const [url, waiting] of [...mine]) {
      if (read()[url] || (await send(url, waiting))) continue;
      write({ [url]: waiting, ...read() });
    }
  });

  const flush = async () => {
    if (busy || !csrf()) return;
    busy = true;
    try {
      for (const [url, waiting] of Object.entries(read())) {
        if (!(await send(url, waiting))) return;
      }
      if (Object.keys(read()).length) setTimeout(flush); // given meanwhile
    } finally {
      busy = false;
      show();
    }
  };

  // Whether to go on with the next one.
  const send = async (url, waiting) => {
    const body = new URLSearchParams(waiting.fields);
    body.set("age", String(Math.max(0, (Date.now() - waiting.at) / 1000)));
    let response;
    try {
      response = await fetch(url, {
        method: "POST",
        body,
        headers: { "X-Goodword": "script", "X-CSRFToken": csrf() },
      });
    } catch {
      tell("offline", { url });
      return false;
    }
    const said = await response.json().catch(() => null);
    // Only the server's own word ends the waiting: a page of somebody on the way (a hotel's sign-in) takes nothing.
    if (typeof said?.saved !== "boolean") {
      tell("offline", { url });
      return false;
    }
    const all = read();
    if (all[url]?.at === waiting.at) delete all[url]; // unless another answer came to it meanwhile
    if (mine.get(url)?.at === waiting.at) mine.delete(url);
    write(all);
    tell(said.saved ? "saved" : "refused", { url, ...said });
    return true;
  };

  const show = () => {
    const line = document.querySelector("[data-queue]");
    if (!line) return;
    const waits = Object.keys(read()).length > 0;
    if (waits || !line.hidden) line.textContent = waits ? line.dataset.waiting : line.dataset.sent;
    line.hidden = line.hidden && !waits;
    if (!waits && !line.hidden && line.dataset.reload !== undefined) location.reload(); // it counts what has arrived
  };

  // Resolves once nothing waits any more.
  const settled = () =>
    new Promise((resolve) => {
      const look = () => (Object.keys(read()).length ? setTimeout(look, 50) : resolve());
      flush();
      look();
    });

  window.addEventListener("online", flush);
  setInterval(() => {
    if (Object.keys(read()).length) flush();
  }, AGAIN_AFTER);
  window.addEventListener("beforeunload", (event) => {
    if (Object.keys(read()).length && !navigator.onLine) event.preventDefault();
  });
  document.addEventListener("DOMContentLoaded", () => {
    if (!Object.keys(read()).length) return;
    show();
    flush();
  });

  // What a form holds, as pairs, since several boxes of one name can be ticked; files are sent by the form itself.
  const fieldsOf = (form) =>
    [...new FormData(form)].filter(([name, value]) => name !== "csrfmiddlewaretoken" && typeof value === "string");

  const fill = (root, fields) => {
    for (const [name, value] of fields) {
      const named = `[name="${CSS.escape(name)}"]`;
      const choice = root.querySelector(`input:is([type=radio], [type=checkbox])${named}[value="${CSS.escape(value)}"]`);
      const typed = root.querySelector(
        `:is(textarea, select, input:not([type=radio], [type=checkbox], [type=file], [type=hidden]))${named}`,
      );
      if (choice) choice.checked = true;
      else if (typed) typed.value = value;
    }
  };

  window.goodwordAnswers = { put, flush, settled, waiting: () => Object.keys(read()), of: (url) => read()[url]?.fields, fieldsOf, fill };
})();
