// The conversation: citations, suggested questions, asking for a brief, and following the answer as it grows.
// Given by Gradio: element, trigger, watch.
const log = () => element.querySelector(".lc-thread");
let turns = 0;

function atEnd(box) {
  return box.scrollHeight - box.scrollTop - box.clientHeight < 80;
}

let following = true;
element.addEventListener("scroll", (event) => {
  if (event.target === log()) following = atEnd(event.target);
}, true);

function follow() {
  const box = log();
  if (!box) return;
  const now = Number(box.dataset.turns);
  if (now !== turns) following = true;
  turns = now;
  refocus();
  requestAnimationFrame(leaveStop); // after the buttons have changed places
  if (following && now) box.scrollTop = box.scrollHeight;
}

// A wish's button leaves the page while the answer is made again; the focus comes back to it, or to the box.
let wished = "";
let wishedAt = 0;

function askOnceMore(wish) {
  wished = wish;
  wishedAt = Number(log().dataset.turns);
  trigger("wish", { wish });
}

// The Stop button leaves the page with the answer that it stopped; pressed by keyboard, it gives its focus to the box.
let stopped = false;
document.addEventListener("click", (event) => {
  if (event.target.closest("#lc-stop")) stopped = event.detail === 0; // a click without a mouse
});

function leaveStop() {
  if (!stopped || !log() || log().dataset.busy === "yes") return;
  stopped = false;
  const at = document.activeElement;
  if (at === document.body || at?.closest("#lc-stop")) document.querySelector("#lc-box textarea")?.focus();
}

function refocus() {
  if (!wished || !log() || log().dataset.busy === "yes" || Number(log().dataset.turns) <= wishedAt) return;
  const button = element.querySelector(`.lc-wish[data-wish="${wished}"]`) || element.querySelector(".lc-wish");
  if (document.activeElement === document.body) (button || document.querySelector("#lc-box textarea"))?.focus();
  wished = "";
}

// A chip of "Understood as", or the last entry of its list, takes the question back into the box, with what it names
// selected to be typed over.
function correct(chip) {
  const question = chip.closest(".lc-turn").querySelector(".lc-q").textContent;
  const part = chip.dataset.part;
  const box = document.querySelector("#lc-box textarea");
  if (!box || box.disabled) return;
  Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set.call(box, question);
  box.dispatchEvent(new Event("input", { bubbles: true }));
  const at = question.toLowerCase().indexOf(part.toLowerCase());
  box.focus();
  box.setSelectionRange(Math.max(at, 0), at < 0 ? question.length : at + part.length);
}

// A chip's list holds what may have been meant instead; a choice asks the corrected question at once.
function choose(option) {
  const { turn, kind, key, chosen } = option.dataset;
  option.closest("details").open = false;
  trigger("correct", { turn: Number(turn), kind, key, chosen });
}

// Escape closes an open list and gives the focus back to its chip.
element.addEventListener("keydown", (event) => {
  const list = event.target.closest("details.lc-pick[open]");
  if (event.key !== "Escape" || !list) return;
  event.stopPropagation();
  list.open = false;
  list.querySelector("summary").focus();
});

function askForBrief(button) {
  const { brief: target, format } = button.dataset;
  const choice = Boolean(button.closest(".lc-foot").querySelector("[data-written]"));
  document.dispatchEvent(new CustomEvent("lc:brief", { detail: { target, format, choice } }));
}

element.addEventListener("click", (event) => {
  const chip = event.target.closest("button.lc-echo");
  if (chip) correct(chip);
  const option = event.target.closest(".lc-option");
  if (option) choose(option);
  const cite = event.target.closest(".lc-cite");
  if (cite) trigger("cite", { turn: Number(cite.dataset.turn), fact: cite.dataset.fact });
  const wish = event.target.closest(".lc-wish");
  if (wish) askOnceMore(wish.dataset.wish);
  const choice = event.target.closest(".lc-choice");
  if (choice) trigger("ask", { question: choice.dataset.question });
  const brief = event.target.closest("[data-brief]");
  if (brief) askForBrief(brief);
});
document.addEventListener("lc:view", () => requestAnimationFrame(follow)); // while it was hidden it could not scroll

new ResizeObserver(() => following && follow()).observe(element); // a notice above it takes room from it
watch("value", follow);
watch("value", () => document.dispatchEvent(new CustomEvent("lc:drawn")));
follow();
