// Light or dark: what the person chose on this device, else what the system prefers. A cookie tells the server, so that it draws the page
// in the right colours from the start.
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
    const scheme = this.isDark() ? "dark" : "light";
    document.documentElement.dataset.theme = scheme;
    document.cookie = `portal-scheme=${scheme}; path=/; max-age=31536000; samesite=lax`;
  },
};
window.portalTheme.apply();
