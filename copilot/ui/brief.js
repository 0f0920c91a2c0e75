// Saving a brief: at once in the facts' phrases, or written by the writer, with its progress and a way to cancel it.
// Given by Gradio: element, server. A brief arrives as text and leaves as a file; it is never markup.
const DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
const LOOK_MS = 400;
const TRIES = 5; // looks that may fail one after the other, as when the connection breaks for a moment
const SHOWN_MS = 15000; // the last line
const card = () => element.querySelector(".lc-brief-card");
const part = (name) => card().querySelector(name);
let savedFrom = 0; // the plan's version of the brief that was saved last
let written = false; // what was chosen, for all downloads of the page
let key = ""; // of the brief that is being written
let opener = null;
let timer = 0;

const tell = (line) => document.dispatchEvent(new CustomEvent("lc:problem", { detail: line }));

function save([name, text, problem, version], format) {
  if (problem) {
    tell(problem);
    return false;
  }
  const docx = format === "docx";
  const link = document.createElement("a");
  const content = docx ? Uint8Array.from(atob(text), (char) => char.charCodeAt(0)) : text;
  link.href = URL.createObjectURL(new Blob([content], { type: docx ? DOCX : "text/markdown" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  savedFrom = version;
  return true;
}

function show(state, { line, clock = "", share = 0 }) {
  clearTimeout(timer);
  card().dataset.state = state;
  if (part(".lc-brief-line").textContent !== line) part(".lc-brief-line").textContent = line;
  part("small").textContent = clock;
  part("progress").value = share;
  part("[data-brief-act='cancel']").hidden = state !== "working";
  part("[data-brief-act='dismiss']").hidden = state === "working";
  card().hidden = false;
  if (state !== "working") timer = setTimeout(hide, SHOWN_MS);
}

function hide() {
  clearTimeout(timer);
  if (card().contains(document.activeElement) && opener?.isConnected) opener.focus();
  card().hidden = true;
}

async function write({ target, format }) {
  if (key) {
    tell(card().dataset.busy);
    return;
  }
  opener = document.activeElement;
  key = "begun";
  const own = await server.brief_begin({ target, format }).catch(() => "");
  key = own;
  if (!own) tell(card().dataset.gone);
  for (let failures = 0; own && key === own; ) {
    const seen = await server.brief_look(own).catch(() => null);
    failures = seen ? 0 : failures + 1;
    if (key !== own) return; // cancelled while it looked
    if (seen?.state === "working") show("working", seen);
    else if (seen || failures > TRIES) finish(seen || { state: "gone", line: card().dataset.gone }, format);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

function finish({ state, line, file }, format) {
  key = "";
  if (file && !save(file, format)) hide();
  else show(state === "done" ? "done" : "failed", { line, share: 1 });
}

element.addEventListener("click", (event) => {
  const act = event.target.closest("[data-brief-act]")?.dataset.briefAct;
  if (act === "cancel") {
    server.brief_cancel(key).catch(() => {}); // what nobody looks at stops by itself
    key = "";
  }
  if (act) hide();
});

document.addEventListener("lc:brief", async ({ detail }) => {
  const { target, format } = detail;
  if (written && detail.choice) write(detail);
  else save(await (format === "docx" ? server.brief_docx(target) : server.brief_md(target)), format);
});

// The views draw the choice unticked again and again; it stays as it was chosen.
const tick = () => {
  for (const box of document.querySelectorAll("[data-written]")) box.checked = written;
};
document.addEventListener("change", (event) => {
  if (!event.target.matches?.("[data-written]")) return;
  written = event.target.checked;
  tick();
});
document.addEventListener("lc:drawn", tick);

document.addEventListener("lc:plan", ({ detail }) => {
  if (!savedFrom || !detail.version || detail.version === savedFrom) return;
  savedFrom = 0;
  tell(detail.stale);
});
