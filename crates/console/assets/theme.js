// Applies the chosen colours before the first paint. Nothing is sent anywhere: the choice stays in this browser.
(() => {
  "use strict";
  try {
    const theme = localStorage.getItem("countersign-theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  } catch { /* storage is off: the system's colours apply */ }
})();
