// Adds the browser's time zone to each form, so that reminders come during the day. Stores nothing in the browser.
(() => {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!zone) return;

  document.addEventListener(
    "submit",
    ({ target: form }) => {
      if (form.getAttribute("method")?.toLowerCase() !== "post" || form.querySelector("input[name=tz]")) return;
      const field = document.createElement("input");
      Object.assign(field, { type: "hidden", name: "tz", value: zone });
      form.append(field);
    },
    true, // before other listeners read the form
  );
})();
