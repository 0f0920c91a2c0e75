// Page-wide behaviour: the theme switch (system, light, dark), hiding the notices, Escape for the drawer, what the board shows
// (calendar, scenarios or overrides), and which of board and chat a narrow window shows.
(() => {
  const KEY = "launch-copilot-theme";
  const LATE_MS = 3000; // the longest that the board waits for its font
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const chosen = () => localStorage.getItem(KEY) || "system";
  const wanted = () => (chosen() === "system" ? dark.matches : chosen() === "dark");

  const apply = () => {
    if (document.body && document.body.classList.contains("dark") !== wanted()) {
      document.body.classList.toggle("dark", wanted());
    }
  };

  const next = () => {
    const order = dark.matches ? ["system", "light", "dark"] : ["system", "dark", "light"];
    localStorage.setItem(KEY, order[(order.indexOf(chosen()) + 1) % order.length]);
    apply();
  };

  const closeDrawer = () => document.querySelector("#lc-drawer [data-act='close']")?.click();

  const show = (view) => {
    document.body.dataset.lcView = view;
    for (const button of document.querySelectorAll(".lc-tabs [data-view]")) {
      button.setAttribute("aria-pressed", String(button.dataset.view === view));
    }
  };

  const turn = (page) => {
    document.body.dataset.lcPage = page;
    for (const button of document.querySelectorAll(".lc-pages [data-page]")) {
      button.setAttribute("aria-pressed", String(button.dataset.page === page));
    }
    document.dispatchEvent(new CustomEvent("lc:page", { detail: page }));
  };

  // One language lies at the root, the others below it: from a page below, the way back is the root, or another page.
  // What is shown goes along behind the "#", so that the other page opens on the same tab.
  const speak = (language) => {
    const here = location.pathname.replace(/\/+$/, "").split("/").pop();
    const below = /^[a-z]{2}$/.test(here);
    const { lcPage = "calendar", lcView = "calendar" } = document.body.dataset;
    location.assign(`${below ? "./" : language}#${lcPage}/${lcView}`);
  };

  // Opens on the tab that came along, as a click on it would, once the calendar is there to be left.
  const arrive = (tries = 150) => {
    const [page, view] = location.hash.slice(1).split("/");
    const tab = document.querySelector(`.lc-pages [data-page="${CSS.escape(page)}"]`);
    const drawn = document.querySelector(".lc-grid, .lc-head:not(:has(.lc-waiting))");
    if (!(tab && drawn) && page && tries) {
      setTimeout(() => arrive(tries - 1), 100);
      return;
    }
    if (tab) {
      history.replaceState(null, "", location.pathname + location.search);
      if (page !== "calendar") turn(page);
      if (view === "chat") document.dispatchEvent(new CustomEvent("lc:view", { detail: view }));
    }
  };

  // What stands above the board takes other heights in another font: the board is shown when the font is there, or late.
  const settle = () => {
    const weights = ["400", "700"].map((weight) => document.fonts.load(`${weight} 13px "IBM Plex Sans"`));
    const late = new Promise((resolve) => setTimeout(resolve, LATE_MS));
    Promise.race([Promise.allSettled(weights), late]).then(() => {
      document.body.dataset.lcSettled = "";
    });
  };

  // The page says which language it speaks, once its header is there.
  const tell = () => {
    const head = document.querySelector(".lc-head[data-speaks]");
    if (!head) {
      setTimeout(tell, 50);
      return;
    }
    document.documentElement.lang = head.dataset.speaks;
    settle();
  };

  const start = () => {
    apply();
    tell();
    arrive();
    new MutationObserver(apply).observe(document.body, { attributes: true, attributeFilter: ["class"] });
    dark.addEventListener("change", apply);
    document.addEventListener("click", (event) => {
      if (event.target.closest("[data-theme-switch]")) next();
      const language = event.target.closest("[data-language]");
      if (language) {
        event.preventDefault();
        speak(language.dataset.language);
      }
      const page = event.target.closest(".lc-pages [data-page]");
      if (page) turn(page.dataset.page);
      const hide = event.target.closest("[data-hide-notices]");
      if (hide) hide.closest("ul").hidden = true;
      const tab = event.target.closest(".lc-tabs [data-view]");
      if (tab) {
        closeDrawer();
        document.dispatchEvent(new CustomEvent("lc:view", { detail: tab.dataset.view }));
      }
    });
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape") closeDrawer();
    });
    document.addEventListener("lc:view", (event) => show(event.detail));
  };

  if (document.body) start();
  else document.addEventListener("DOMContentLoaded", start);
})();
