// Sends the browser's time zone along with each form, so that reminders come at decent hours. Nothing is kept here.
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
    true, // before whatever else reads the form
  );
})();
