// The override ledger is read anew whenever it is opened. Given by Gradio: trigger(event, data).
document.addEventListener("lc:page", (event) => {
  if (event.detail === "overrides") trigger("look", {});
});
