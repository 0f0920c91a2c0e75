// The drawer's buttons, and telling the calendar which launch is open. Given by Gradio: element, trigger, watch, server.
element.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-act]");
  if (!button || button.disabled) return;
  const act = button.dataset.act;
  if (act === "close") trigger("close", {});
  else if (act === "back") trigger("back", {});
  else if (act === "lock") trigger("lock", {});
  else if (act === "ask") {
    trigger("ask", { question: button.dataset.question });
    if (window.matchMedia("(max-width: 1199px)").matches) trigger("close", {}); // it lies over the answer
  }
  else if (act === "brief") {
    document.dispatchEvent(new CustomEvent("lc:brief", { detail: button.dataset.target }));
  }
});

let shown = null;
function tell() {
  const head = element.querySelector("[data-drawer]");
  const [opened, holds] = [head?.dataset.selected || "", head?.dataset.holds || "nothing"];
  if (`${holds}:${opened}` === shown) return;
  const hidPlots = !shown?.startsWith("launch");
  shown = `${holds}:${opened}`;
  document.dispatchEvent(new CustomEvent("lc:opened", { detail: opened }));
  document.querySelector("#lc-drawer")?.scrollTo({ top: 0 });
  if (hidPlots && holds === "launch") setTimeout(() => window.dispatchEvent(new Event("resize")), 60); // drawn while hidden
}

watch("value", tell);
tell();
