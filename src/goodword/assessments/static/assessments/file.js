// Reports a file that is too large before it is uploaded over a slow connection.
(() => {
  const tooLarge = (input) => [...(input.files ?? [])].some((file) => file.size > Number(input.dataset.most));
  const show = (input) => {
    const line = input.closest("form")?.querySelector("[data-too-large]");
    if (line) line.hidden = !tooLarge(input);
  };

  document.addEventListener("change", (event) => {
    if (event.target.matches?.("input[type=file][data-most]")) show(event.target);
  });
  document.addEventListener(
    "submit",
    (event) => {
      const input = event.target.querySelector("input[type=file][data-most]");
      if (!input || !tooLarge(input)) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      show(input);
      input.focus();
    },
    true,
  );
})();
