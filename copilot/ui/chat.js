// The conversation: citations, suggested questions, the brief's download, and following the answer as it grows.
// Given by Gradio: element, trigger, watch, server. The brief arrives as text and leaves as a file; it is never markup.
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
  if (following && now) box.scrollTop = box.scrollHeight;
}

async function download(target) {
  const [name, text, problem] = await server.brief_file(target);
  if (problem) {
    document.dispatchEvent(new CustomEvent("lc:problem", { detail: problem }));
    return;
  }
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/markdown" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

element.addEventListener("click", (event) => {
  const cite = event.target.closest(".lc-cite");
  if (cite) trigger("cite", { turn: Number(cite.dataset.turn), fact: cite.dataset.fact });
  const choice = event.target.closest(".lc-choice");
  if (choice) trigger("ask", { question: choice.dataset.question });
  const brief = event.target.closest("[data-brief]");
  if (brief) download(brief.dataset.brief);
});
document.addEventListener("lc:brief", (event) => download(event.detail));

document.addEventListener("lc:view", () => requestAnimationFrame(follow)); // while it was hidden it could not scroll

watch("value", follow);
follow();
