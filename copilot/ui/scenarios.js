// The scenarios' behaviour: forms and buttons become one "act" with all fields; what was typed stays when the list is
// drawn again. Given by Gradio: element, trigger(event, data), watch(prop, callback).
const kept = {}; // form/field -> value, so that a redraw does not empty a half-filled form
let opened = false;
let armed = ""; // the scenario whose deletion was asked for once; a redraw does not forget it

const chosen = () => [...element.querySelectorAll("[data-choose]:checked")].map((box) => box.value);

function fields(form) {
  const values = {};
  for (const field of form.querySelectorAll("[name]")) values[field.name] = field.closest("label").hidden ? "" : field.value;
  return values;
}

function rowOf(name) {
  return [...element.querySelectorAll("tr[data-name]")].find((row) => row.dataset.name === name);
}

function send(action, values) {
  const row = rowOf(values.name);
  const seen = row ? { revision: row.dataset.revision, version: row.dataset.version } : {};
  trigger("act", { action, chosen: chosen(), ...seen, ...values });
}

function showFields() {
  const form = element.querySelector("[data-form='suppose']");
  if (!form) return;
  const kind = form.querySelector("[name='kind']").value;
  for (const label of form.querySelectorAll("label")) {
    label.hidden = Boolean(label.dataset.kinds) && !label.dataset.kinds.split(" ").includes(kind);
  }
}

function refresh() {
  for (const form of element.querySelectorAll("[data-form]")) {
    for (const field of form.querySelectorAll("[name]")) {
      const value = kept[`${form.dataset.form}/${field.name}`];
      if (value === undefined && field.tagName === "INPUT") field.value = ""; // Gradio keeps the element and its text
      if (value === undefined) continue;
      if (field.tagName !== "SELECT" || [...field.options].some((option) => option.value === value)) field.value = value;
    }
  }
  showFields();
  arm();
}

function arm() {
  const button = rowOf(armed)?.querySelector("[data-sure]");
  if (!button) return;
  button.textContent = button.dataset.sure;
  delete button.dataset.sure;
}

element.addEventListener("click", (event) => {
  const button = event.target.closest("[data-do]");
  if (!button) return;
  const action = button.dataset.do;
  if (button.dataset.sure) {
    armed = button.closest("tr").dataset.name;
    arm();
    return;
  }
  armed = "";
  const form = button.closest("[data-form]");
  if (form) {
    if (action === "begin") delete kept["begin/name"]; // drawn again only once it was begun
    send(action, fields(form));
  } else {
    send(action, { name: button.closest("tr").dataset.name, number: button.dataset.number || "" });
  }
});

element.addEventListener("input", (event) => {
  const form = event.target.closest("[data-form]");
  if (form) kept[`${form.dataset.form}/${event.target.name}`] = event.target.value;
  showFields();
});

element.addEventListener("change", (event) => {
  if (event.target.matches("[data-choose]")) trigger("act", { action: "open", chosen: chosen() });
});

document.addEventListener("lc:page", (event) => {
  if (event.detail !== "scenarios") return;
  trigger("act", opened ? { action: "open", chosen: chosen() } : { action: "open" });
  opened = true;
});

watch("value", refresh);
refresh();
