// Reports a file that is too large before it is uploaded over a slow connection.
(() => {
  const tooLarge = (input) => [...(input.files ?? [])].some((file) => file.size > Number(input.dataset.most));
  const show = (input) => {
    const line = input.closest("form")?.querySelector("[data-too-large]");
    if (!line) return;
    line.hidden = !tooLarge(input);
    const described = (input.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => id && id !== line.id);
    if (!line.hidden) described.push(line.id);
    input.setAttribute("aria-describedby", described.join(" "));
    input.setAttribute("aria-invalid", String(!line.hidden));
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
