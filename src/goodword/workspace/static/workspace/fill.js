// Buttons that write a proposed text into a field.
for (const button of document.querySelectorAll("[data-fill]")) {
  const field = document.getElementById(button.dataset.fill);
  button.hidden = false;
  button.addEventListener("click", () => {
    field.value = button.dataset.text;
    field.focus();
  });
}
