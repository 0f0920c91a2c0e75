// The drawer's buttons, telling the calendar which launch is open, and where the keyboard goes: into the drawer when it
// opens, back to what opened it when it closes. Given by Gradio: element, trigger, watch, server.
const drawer = () => document.querySelector("#lc-drawer");
let opener = null; // what had the focus before the drawer
let inside = false; // the drawer has it now
let within = ""; // which of the drawer's buttons has it
let byKeyboard = false;

document.addEventListener("keydown", () => (byKeyboard = true), true);
document.addEventListener("pointerdown", () => (byKeyboard = false), true);
document.addEventListener("focusin", (event) => {
  inside = Boolean(drawer()?.contains(event.target));
  if (inside) within = event.target.closest("[data-act]")?.dataset.act || "";
  else opener = event.target;
});

const isShown = (one) => one && one !== document.body && one.isConnected && one.getClientRects().length > 0;

function focusInside() {
  if (byKeyboard) element.querySelector("h2")?.focus();
}

function focusOutside() {
  if (document.activeElement !== document.body && !drawer()?.contains(document.activeElement)) return;
  const places = [opener, ...document.querySelectorAll(".lc-chip[tabindex='0'], .lc-tabs [aria-pressed='true']")];
  places.find(isShown)?.focus({ preventScroll: true });
}

function focusSamePlace() {
  if (!inside || !byKeyboard || document.activeElement !== document.body) return;
  (element.querySelector(`[data-act="${within}"]`) || element.querySelector("h2"))?.focus();
}

element.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-act]");
  if (!button || button.disabled) return;
  const act = button.dataset.act;
  if (act === "close") trigger("close", {});
  else if (act === "back") trigger("back", {});
  else if (act === "lock") trigger("lock", { wish: button.dataset.wish });
  else if (act === "ask") {
    trigger("ask", { question: button.dataset.question });
    document.dispatchEvent(new CustomEvent("lc:view", { detail: "chat" }));
    if (window.matchMedia("(max-width: 1199px)").matches) trigger("close", {}); // it lies over the answer
  }
  else if (act === "brief") {
    const { target, format } = button.dataset;
    const choice = Boolean(element.querySelector("[data-written]"));
    document.dispatchEvent(new CustomEvent("lc:brief", { detail: { target, format, choice } }));
  }
});

let shown = null;
function tell() {
  const head = element.querySelector("[data-drawer]");
  const [opened, holds] = [head?.dataset.selected || "", head?.dataset.holds || "nothing"];
  const key = `${holds}:${opened}:${element.querySelector(".lc-slot")?.textContent}`;
  if (key === shown) return focusSamePlace(); // drawn again, as after a lock
  const hidPlots = !shown?.startsWith("launch");
  const first = shown === null;
  shown = key;
  document.dispatchEvent(new CustomEvent("lc:opened", { detail: opened }));
  document.querySelector("#lc-drawer")?.scrollTo({ top: 0 });
  if (hidPlots && holds === "launch") setTimeout(() => window.dispatchEvent(new Event("resize")), 60); // drawn while hidden
  if (!first) requestAnimationFrame(holds === "nothing" ? focusOutside : focusInside);
}

watch("value", tell);
watch("value", () => document.dispatchEvent(new CustomEvent("lc:drawn")));
tell();
