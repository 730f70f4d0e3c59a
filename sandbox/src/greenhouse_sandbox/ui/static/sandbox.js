// What makes the screens handier; all of them work without it.

// Copy buttons are shown only where they can do something.
for (const button of document.querySelectorAll("[data-copy]")) {
  const input = document.getElementById(button.dataset.copy);
  button.hidden = false;
  button.addEventListener("click", async () => {
    input.select();
    try {
      await navigator.clipboard.writeText(input.value);
    } catch {
      document.execCommand("copy");
    }
    button.firstChild.textContent = "Copied";
  });
}

// "Select all" ticks its category and follows it.
for (const category of document.querySelectorAll("[data-category]")) {
  const all = category.querySelector("[data-all]");
  const boxes = [...category.querySelectorAll("input[type=checkbox]:not([data-all])")];
  const follow = () => { all.checked = boxes.every((box) => box.checked); };
  all.addEventListener("change", () => { for (const box of boxes) box.checked = all.checked; });
  for (const box of boxes) box.addEventListener("change", follow);
  follow();
}
