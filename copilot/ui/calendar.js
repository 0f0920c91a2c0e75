// The calendar's behaviour: open a launch, filter by category, move with the arrow keys, show details on hover.
// Given by Gradio: element, trigger(event, data), watch(prop, callback). Page text is only ever set as text.
const chips = () => [...element.querySelectorAll(".lc-chip")];
let selected = "";
let group = "";
let colour = "";

const tip = document.createElement("div");
tip.className = "lc-tip";
tip.hidden = true;
document.querySelector("#lc-page").append(tip);

function applyFilter() {
  for (const chip of chips()) {
    const shown = (!group || chip.dataset.group === group) && (!colour || chip.dataset.colour === colour);
    chip.classList.toggle("lc-dim", !shown);
  }
  for (const key of element.querySelectorAll("[data-colour].lc-key")) {
    key.setAttribute("aria-pressed", String(key.dataset.colour === colour));
  }
  const select = element.querySelector("[data-group-filter]");
  if (select) {
    if (![...select.options].some((option) => option.value === group)) group = "";
    select.value = group;
  }
}

function applySelection() {
  const all = chips();
  for (const chip of all) {
    chip.setAttribute("aria-pressed", String(chip.dataset.product === selected));
    chip.tabIndex = -1;
  }
  const entry = all.find((chip) => chip.dataset.product === selected) || all[0];
  if (entry) entry.tabIndex = 0;
}

function refresh() {
  applyFilter();
  applySelection();
}

function reveal(chip) {
  const box = element.querySelector(".lc-cal-scroll");
  const outer = box.getBoundingClientRect();
  const inner = chip.getBoundingClientRect();
  const left = outer.left + 124;
  const [top, bottom] = [outer.top + 44, outer.bottom - 50];
  if (inner.left < left) box.scrollLeft -= left - inner.left;
  else if (inner.right > outer.right - 14) box.scrollLeft += inner.right - outer.right + 14;
  if (inner.top < top) box.scrollTop -= top - inner.top;
  else if (inner.bottom > bottom) box.scrollTop += inner.bottom - bottom;
}

function showTip(chip) {
  tip.replaceChildren();
  for (const [tag, text] of [["b", chip.dataset.tipTitle], ["span", chip.dataset.group], ["span", chip.dataset.tipSlot], ["span", chip.dataset.tipUnits]]) {
    const line = document.createElement(tag);
    line.textContent = text;
    tip.append(line);
  }
  tip.hidden = false;
  const at = chip.getBoundingClientRect();
  const [width, height] = [tip.offsetWidth, tip.offsetHeight];
  const above = at.bottom + height + 12 > window.innerHeight;
  tip.style.left = `${Math.max(8, Math.min(at.left, window.innerWidth - width - 8))}px`;
  tip.style.top = `${above ? at.top - height - 6 : at.bottom + 6}px`;
}

function hideTip() {
  tip.hidden = true;
}

function neighbour(chip, key) {
  if (key === "ArrowUp" || key === "ArrowDown") {
    const column = chip.closest("td").cellIndex;
    const inColumn = chips().filter((other) => other.closest("td").cellIndex === column);
    return inColumn[inColumn.indexOf(chip) + (key === "ArrowDown" ? 1 : -1)];
  }
  const step = key === "ArrowRight" ? 1 : -1;
  const place = [...chip.parentElement.querySelectorAll(".lc-chip")].indexOf(chip);
  for (let cell = chip.closest("td"); cell; ) {
    cell = step > 0 ? cell.nextElementSibling : cell.previousElementSibling;
    const found = cell ? [...cell.querySelectorAll(".lc-chip")] : [];
    if (found.length) return found[Math.min(place, found.length - 1)];
  }
  return null;
}

element.addEventListener("click", (event) => {
  const chip = event.target.closest(".lc-chip");
  if (chip) {
    selected = chip.dataset.product;
    applySelection();
    hideTip();
    trigger("pick", { product_id: selected });
  }
  const key = event.target.closest("button[data-colour].lc-key");
  if (key) {
    colour = colour === key.dataset.colour ? "" : key.dataset.colour;
    applyFilter();
  }
});

element.addEventListener("change", (event) => {
  if (event.target.matches("[data-group-filter]")) {
    group = event.target.value;
    applyFilter();
  }
});

element.addEventListener("keydown", (event) => {
  const chip = event.target.closest(".lc-chip");
  if (!chip || !event.key.startsWith("Arrow")) return;
  event.preventDefault();
  const next = neighbour(chip, event.key);
  if (next) {
    chip.tabIndex = -1;
    next.tabIndex = 0;
    next.focus({ preventScroll: true });
    reveal(next);
  }
});

element.addEventListener("mouseover", (event) => {
  const chip = event.target.closest(".lc-chip");
  if (chip) showTip(chip);
  else hideTip();
});
element.addEventListener("mouseleave", hideTip);
element.addEventListener("focusin", (event) => {
  const chip = event.target.closest(".lc-chip");
  if (chip && chip.matches(":focus-visible")) showTip(chip);
});
element.addEventListener("focusout", hideTip);
element.addEventListener("scroll", hideTip, true);

document.addEventListener("lc:opened", (event) => {
  selected = event.detail;
  applySelection();
  const chip = chips().find((other) => other.dataset.product === selected);
  if (chip) requestAnimationFrame(() => reveal(chip));
});
document.addEventListener("lc:busy", (event) => {
  element.querySelector(".lc-cal")?.classList.toggle("lc-busy", event.detail);
});

function tellPlan() {
  const { plan, stale } = element.querySelector(".lc-cal")?.dataset || {};
  document.dispatchEvent(new CustomEvent("lc:plan", { detail: { version: Number(plan), stale } }));
}

watch("value", () => {
  refresh();
  tellPlan();
});
refresh();
