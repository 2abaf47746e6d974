// Light or dark: what the person chose on this device, else what the system prefers.
window.portalTheme = {
  isDark() {
    const chosen = localStorage.getItem("portal-theme");
    return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  },
  set(isDark) {
    localStorage.setItem("portal-theme", isDark ? "dark" : "light");
    this.apply();
  },
  apply() {
    document.documentElement.dataset.theme = this.isDark() ? "dark" : "light";
  },
};
window.portalTheme.apply();
