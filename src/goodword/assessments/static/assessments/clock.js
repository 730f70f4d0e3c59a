// A timed part: shows the time left, sends heartbeats, saves answers as they are chosen and reconnects by itself. Time
// runs by the browser's monotonic clock between responses, so changing the computer's clock has no effect. Without this
// script the page shows the time left when it was loaded; the server does the rest.
(() => {
  let part, form, endsAt, announced, broken = false, leaving = false, going = false, pressed = null;
  let onward = null; // where Next leads, once the server has taken it
  let stopped = false; // another tab has saved a different answer

  const start = () => {
    part = document.querySelector("[data-part][data-alive]");
    form = document.querySelector("[data-form]");
    const clock = document.querySelector("[data-clock]");
    if (!part || !form || !clock) return;
    left(Number(clock.dataset.left));
    announced = Number(clock.dataset.left);
    setInterval(tick, 500);
    setInterval(alive, Number(part.dataset.beat) * 1000);
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && alive());
    window.addEventListener("online", alive);
    stopped = document.querySelector("[data-conflict]") !== null; // only the button replaces the other answer
    refill();
    form.addEventListener("change", save);
    let typing = null;
    form.addEventListener("input", (event) => {
      clearTimeout(typing);
      if (!event.target.matches("[type=radio], [type=checkbox]")) typing = setTimeout(typed, 1500);
    });
    const typed = () => {
      typing = null;
      save();
    };
    window.addEventListener("pagehide", () => {
      if (typing !== null && !leaving) keep(); // typed just before a reload
    });
    form.addEventListener("submit", leave);
  };

  const left = (seconds) => {
    endsAt = performance.now() + seconds * 1000;
  };
  const seconds = () => Math.max(0, Math.ceil((endsAt - performance.now()) / 1000));

  const tick = () => {
    const now = seconds();
    const text = document.querySelector("[data-clock-text]");
    const words = now >= 60 ? part.dataset.leftWords.replace("{minutes}", Math.ceil(now / 60)) : part.dataset.secondsWords.replace("{seconds}", now);
    if (text.textContent !== words) text.textContent = words;
    document.querySelector("[data-clock]").toggleAttribute("data-soon", now < 60);
    for (const [at, say] of [[300, "fiveMinutes"], [60, "oneMinute"]]) {
      if (announced > at && now <= at) document.querySelector("[data-tell]").textContent = part.dataset[say];
    }
    announced = now;
    if (now === 0 && !broken && !leaving) {
      save();
      leaving = true;
      setTimeout(() => location.assign(part.dataset.first), 4000); // answers in transit still arrive
    }
  };

  const warn = (text) => {
    const line = document.querySelector("[data-alert]");
    line.hidden = !text;
    line.textContent = text ?? "";
  };
  const say = (state) => {
    const line = form.querySelector("[data-saved]");
    if (!line) return;
    line.dataset.state = state;
    line.setAttribute("aria-live", state === "saving" ? "off" : "polite"); // else read with each arrow key
    const { saving, done, failed, changed } = line.dataset;
    line.textContent = { saving, saved: done, failed, changed }[state] ?? "";
  };

  // Continued in another window. Next leads to the current task.
  const elsewhere = () => {
    say("");
    warn(part.dataset.elsewhere);
  };

  const post = (url, body, within) =>
    window.goodwordAnswers.request(
      url,
      {
        method: "POST",
        body,
        headers: { "X-Goodword": "script", "X-CSRFToken": form.querySelector("[name=csrfmiddlewaretoken]").value },
      },
      within,
    );

  // Offline: stop the countdown and retry until reconnected, by one timer, so that a failing server isn't flooded.
  let retry = null;
  const lost = (text = part.dataset.broken) => {
    if (!broken) warn(text);
    broken = true;
    clearTimeout(retry);
    retry = setTimeout(alive, 3000);
  };

  const shown = () => Number(document.querySelector("[data-screen]").dataset.screen);

  let asking = false;
  const alive = async () => {
    if (asking || leaving) return;
    asking = true;
    try {
      // soon enough for another attempt before the silence counts as a break
      const response = await post(part.dataset.alive, undefined, Number(part.dataset.beat) * 1000);
      if (response.status >= 500) throw new Error("server");
      if (response.status === 403) return renew();
      const said = await response.json();
      accepted();
      if (said.go) {
        leaving = true;
        location.assign(said.go);
      } else if (said.broken) await goOn();
      else {
        left(said.left);
        if (pressed) {
          warn(null);
          broken = false;
          if (said.at > shown()) {
            leaving = true; // it had arrived, only the response was lost
            location.assign(part.dataset.again);
          } else next(pressed.submitter);
          return;
        }
        if (said.at > shown() && !going) elsewhere();
        if (broken) {
          broken = false;
          warn(null);
          save();
        }
      }
    } catch {
      lost();
    } finally {
      asking = false;
    }
  };

  // Keep what was typed offline, for the same question only.
  const KEPT = "goodword.kept";
  const asked = () => `${location.pathname} ${document.querySelector("[data-asked]").dataset.asked}`;
  const keep = () => {
    if (document.querySelector("[data-item]")?.closest(".matrix, .task")) return;
    const fields = window.goodwordAnswers.fieldsOf(form);
    try {
      sessionStorage.setItem(KEPT, JSON.stringify({ asked: asked(), fields }));
    } catch {
      // private window: lost with the page
    }
  };
  const refill = () => {
    let kept = null;
    try {
      kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "null");
      sessionStorage.removeItem(KEPT);
    } catch {
      return;
    }
    if (kept?.asked !== asked()) return;
    window.goodwordAnswers.fill(form, kept.fields);
    save();
  };

  const goOn = async () => {
    keep();
    leaving = true;
    location.assign(part.dataset.again); // explains the break and continues on a click
  };

  // The cookie against forged requests is missing, perhaps deleted since. A reload brings it back. If it doesn't, the
  // browser blocks cookies, or a network rejects what is sent: don't reload again until something was accepted.
  const RENEWED = "goodword.renewed";
  const renew = () => {
    if (leaving) return;
    try {
      if (sessionStorage.getItem(RENEWED)) return lost(part.dataset.denied);
      sessionStorage.setItem(RENEWED, "yes");
    } catch {
      return lost(part.dataset.denied); // it blocks cookies
    }
    keep();
    leaving = true;
    location.reload();
  };
  const accepted = () => {
    try {
      sessionStorage.removeItem(RENEWED);
    } catch {
      // nothing was stored
    }
  };

  const save = async () => {
    if (leaving || stopped) return;
    const body = new URLSearchParams(new FormData(form));
    if (![...body.keys()].some((name) => !["csrfmiddlewaretoken", "item", "seen"].includes(name))) return;
    body.set("save", window.goodwordAnswers.nextSave());
    say("saving");
    try {
      const response = await post(form.action, body);
      if (response.status >= 500) throw new Error("server");
      if (response.status === 403) {
        say("failed");
        return renew();
      }
      const said = await response.json();
      accepted();
      if (said.elsewhere) {
        if (!going && !pressed) elsewhere(); // or Next has overtaken this answer, and carried it
        return;
      }
      if (said.go) {
        leaving = true;
        location.assign(said.go);
        return;
      }
      if (said.conflict) {
        stopped = true; // Next shows both answers
        say("changed");
        warn(part.dataset.conflictWords);
        return;
      }
      say(response.ok ? "saved" : "");
      if (!response.ok && form.querySelector("[data-item], [data-situation]")) warn(said.say?.[0] ?? part.dataset.refused);
      else if (said.left !== undefined) left(said.left);
    } catch {
      say("failed");
      lost();
    }
  };

  // Check the connection before Next: a failed navigation would replace this page.
  const leave = (event) => {
    if (form.querySelector("input[type=file]")) return;
    event.preventDefault();
    if (onward) location.assign(onward);
    else if (!going) next(event.submitter); // a second click would count as one for the next task
  };

  // Without a connection, remember the click until the next successful heartbeat.
  const next = async (submitter) => {
    going = true;
    pressed = null;
    const body = new URLSearchParams(new FormData(form, submitter));
    body.set("save", window.goodwordAnswers.nextSave());
    try {
      const response = await window.goodwordAnswers.request(form.action, { method: "POST", body });
      if (response.status >= 500) throw new Error("server");
      if (response.status === 403) {
        stay(submitter);
        return renew();
      }
      leaving = true;
      if (response.status === 422 || response.status === 409) {
        going = false;
        form.submit();
      } else location.assign((onward = response.url));
    } catch {
      stay(submitter);
      lost();
    }
  };
  const stay = (submitter) => {
    going = false;
    pressed = { submitter };
    delete form.dataset.sent;
  };

  document.addEventListener("DOMContentLoaded", start);
})();
