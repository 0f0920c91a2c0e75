// Page-wide behaviour: the theme switch (system, light, dark), hiding the notices, and Escape for the drawer.
(() => {
  const KEY = "launch-copilot-theme";
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

  const start = () => {
    apply();
    new MutationObserver(apply).observe(document.body, { attributes: true, attributeFilter: ["class"] });
    dark.addEventListener("change", apply);
    document.addEventListener("click", (event) => {
      if (event.target.closest("[data-theme-switch]")) next();
      const hide = event.target.closest("[data-hide-notices]");
      if (hide) hide.closest("ul").hidden = true;
    });
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape") document.querySelector("#lc-drawer [data-act='close']")?.click();
    });
  };

  if (document.body) start();
  else document.addEventListener("DOMContentLoaded", start);
})();
