// While the focus is among the answers of a scale, 1 to 5 choose one. Without this file Tab, the arrows and the
// space bar do the same.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || !/^[1-5]$/.test(event.key)) return;
  const here = event.target instanceof Element && event.target.closest("input[type=radio]");
  const scale = here && here.closest(".rating, .likert, .between");
  const answer = scale?.querySelector(`input[type=radio][value="${event.key}"]`);
  if (!answer) return;
  event.preventDefault();
  answer.focus();
  if (answer.checked) return;
  answer.checked = true;
  answer.dispatchEvent(new Event("change", { bubbles: true }));
});
