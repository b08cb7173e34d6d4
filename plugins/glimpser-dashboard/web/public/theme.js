// Runs before the first paint, so that the page does not flash in the other theme.
(() => {
  try {
    const kept = localStorage.getItem("glimpser.theme");
    if (kept === "light" || kept === "dark") document.documentElement.dataset.theme = kept;
  } catch {
    // Storage may be blocked: the system's theme it is.
  }
})();
