// What follows from a tick shows below the grid.
for (const box of document.querySelectorAll(".stage-grid input[type=checkbox]")) {
  const text = document.querySelector(`[data-follows="${box.name}-${box.value}"]`);
  const update = () => {
    text.hidden = !box.checked;
  };
  box.addEventListener("change", update);
  update();
}
