// The line about what just happened: leaves by itself unless it is still working; Undo goes back one plan.
let timer = 0;

function settle() {
  clearTimeout(timer);
  const toast = element.querySelector(".lc-toast");
  document.dispatchEvent(new CustomEvent("lc:busy", { detail: toast?.dataset.kind === "working" }));
  if (toast) {
    toast.hidden = false;
    if (toast.dataset.kind !== "working") timer = setTimeout(() => (toast.hidden = true), 20000);
  }
}

element.addEventListener("click", (event) => {
  const button = event.target.closest("[data-toast]");
  if (!button) return;
  button.closest(".lc-toast").hidden = true;
  if (button.dataset.toast === "undo") trigger("undo", { version: Number(button.dataset.version) });
});

document.addEventListener("lc:problem", (event) => {
  const toast = document.createElement("div");
  toast.className = "lc-toast lc-toast-problem lc-late";
  toast.setAttribute("role", "alert");
  toast.textContent = event.detail;
  document.querySelector("#lc-page").append(toast);
  setTimeout(() => toast.remove(), 12000);
});

watch("value", settle);
settle();
