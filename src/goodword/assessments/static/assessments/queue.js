// Queue of unsent answers: the newest per URL, kept in the browser across reloads. They are sent once online, with their
// age, so that of two answers the later one counts, whichever arrives first. sheet.js uses it; other pages load it alone
// to send what is left.
(() => {
  const KEY = "goodword.answers";
  const AGAIN_AFTER = 4000;
  const GIVE_UP_AFTER = 20000; // ms without a response, as in a tunnel
  let memory = {}; // as last written, if the browser's storage is full or blocked
  let stored = true;
  let busy = false;

  const read = () => {
    if (!stored) return memory;
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
      stored = true;
    } catch {
      stored = false;
    }
  };

  const unsent = () =>
    Object.entries(read())
      .filter(([, one]) => !one.conflict)
      .map(([url]) => url);
  const drop = (url) => {
    const all = read();
    delete all[url];
    write(all);
  };

  const tell = (name, detail) => document.dispatchEvent(new CustomEvent(`goodword:${name}`, { detail }));
  const csrf = () => document.querySelector("input[name=csrfmiddlewaretoken]")?.value ?? "";

  // The server may handle two saves in reverse order.
  const load = Math.random().toString(36).slice(2, 10) || "0";
  let saves = 0;
  const nextSave = () => `${load}-${++saves}`;

  const mine = new Map(); // queued by this page, without a response yet

  const store = (url, fields) => {
    const all = read();
    all[url] = { fields, at: Date.now(), save: nextSave() };
    mine.set(url, all[url]);
    write(all);
  };
  const put = (url, fields) => {
    store(url, fields);
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
      for (const url of unsent()) {
        const waiting = read()[url];
        if (waiting && !(await send(url, waiting))) return;
      }
      if (unsent().length) setTimeout(flush); // added in the meantime
    } finally {
      busy = false;
      show();
    }
  };

  // `within`: ms, for the response and its body
  const request = (url, options, within = GIVE_UP_AFTER) => {
    const giveUp = new AbortController();
    setTimeout(() => giveUp.abort(), within);
    return fetch(url, { ...options, signal: giveUp.signal });
  };

  const optionsOf = (waiting) => {
    const body = new URLSearchParams(waiting.fields);
    if (waiting.save) body.set("save", waiting.save);
    body.set("age", String(Math.max(0, (Date.now() - waiting.at) / 1000)));
    return { method: "POST", body, headers: { "X-Goodword": "script", "X-CSRFToken": csrf() } };
  };

  // The page is left, perhaps for good, and requests on their way may be cancelled: send everything unsent once more.
  // It stays queued, because nobody sees the response.
  const sendLeaving = () => {
    for (const url of unsent()) fetch(url, { ...optionsOf(read()[url]), keepalive: true }).catch(() => {}); // too long
  };

  // Whether to continue with the next one.
  const send = async (url, waiting) => {
    let response;
    try {
      response = await request(url, optionsOf(waiting));
    } catch {
      tell("offline", { url });
      return false;
    }
    const said = await response.json().catch(() => null);
    // Only our server's response counts, not the sign-in page of a public network.
    if (typeof said?.saved !== "boolean") {
      // 403: the cookie against forged requests is missing. Reloading brings it back, unless the browser blocks cookies.
      tell("offline", { url, fails: response.status >= 500, denied: response.status === 403 });
      return false;
    }
    const all = read();
    if (all[url]?.at === waiting.at) {
      // unless a newer answer was queued. An answer that conflicts with another tab's is kept for its page to show.
      if (said.conflict) all[url].conflict = true;
      else delete all[url];
    }
    if (mine.get(url)?.at === waiting.at) mine.delete(url);
    write(all);
    tell(said.saved ? "saved" : "refused", { url, ...said });
    if (said.conflict && !document.querySelector("[data-screen]")) location.assign(url);
    return true;
  };

  const show = () => {
    const line = document.querySelector("[data-queue]");
    if (!line) return;
    const waits = unsent().length > 0;
    if (waits || !line.hidden) line.textContent = waits ? line.dataset.waiting : line.dataset.sent;
    line.hidden = line.hidden && !waits;
    if (!waits && !line.hidden && line.dataset.reload !== undefined) location.reload(); // to update its count
  };

  // Resolves once the queue is empty.
  const settled = () =>
    new Promise((resolve) => {
      const look = () => (unsent().length ? setTimeout(look, 50) : resolve());
      flush();
      look();
    });

  window.addEventListener("online", flush);
  setInterval(() => {
    if (unsent().length) flush();
  }, AGAIN_AFTER);
  window.addEventListener("beforeunload", (event) => {
    if (unsent().length && (!stored || !navigator.onLine)) event.preventDefault();
  });
  document.addEventListener("DOMContentLoaded", () => {
    if (!unsent().length) return;
    show();
    flush();
  });

  // Form data as pairs, because checkboxes share a name. Files are sent by the form itself.
  const fieldsOf = (form) =>
    [...new FormData(form)].filter(([name, value]) => name !== "csrfmiddlewaretoken" && typeof value === "string");

  // Also restores what the text replaces: the answer on the page where it was typed, not the one saved since.
  const fill = (root, fields) => {
    const mark = root.querySelector("input[name=seen]");
    for (const [name, value] of fields) {
      if (name === "seen" && mark) mark.value = [value.split(":")[0], mark.value.split(":")[1]].join(":");
      const named = `[name="${CSS.escape(name)}"]`;
      const choice = root.querySelector(`input:is([type=radio], [type=checkbox])${named}[value="${CSS.escape(value)}"]`);
      const typed = root.querySelector(
        `:is(textarea, select, input:not([type=radio], [type=checkbox], [type=file], [type=hidden]))${named}`,
      );
      if (choice) choice.checked = true;
      else if (typed) typed.value = value;
    }
  };

  // `of`: {fields, conflict} of an unsaved answer.
  const of = (url) => read()[url];
  window.goodwordAnswers = { put, store, nextSave, sendLeaving, flush, settled, drop, waiting: unsent, of, fieldsOf, fill, request };
})();
