// The button says how many candidates it invites.
const button = document.querySelector("[data-confirm]");
const update = () => {
  const count = document.querySelectorAll("[data-invite]:checked").length;
  button.querySelector("span").textContent = count ? `${button.dataset.confirmAndInvite} ${count}` : button.dataset.confirm;
};
for (const box of document.querySelectorAll("[data-invite]")) box.addEventListener("change", update);
update();
