// How this screen looks, before anything is drawn. It is no module: modules run after
// the page was shown once. What was chosen is kept by choices.js.
(() => {
  const root = document.documentElement;
  const light = matchMedia("(prefers-color-scheme: light)");
  const kept = (key) => {
    try {
      return JSON.parse(localStorage.getItem(key));
    } catch {
      return null;
    }
  };
  const dress = () => {
    const theme = kept("theme");
    root.dataset.theme = theme === "light" || (theme === "auto" && light.matches) ? "light" : "dark";
    root.dataset.size = kept("size") ?? "normal";
  };
  dress();
  light.addEventListener("change", dress);
  addEventListener("chosen", dress);
  addEventListener("storage", dress); // chosen in another window of this screen
})();
