// The parts of the shell that must not wait for the server: the command palette, keyboard shortcuts and their help.
(() => {
  const letters = "portal-shortcuts";
  const sequenceMilliseconds = 1500;
  let openedPlace = 0;
  let watched = null;

  const find = id => document.getElementById(id);
  const options = () => [...document.querySelectorAll("#rp-palette-list [role=option]")];
  const chosen = () => document.querySelector("#rp-palette-list [aria-selected=true]");

  function choose(option) {
    chosen()?.setAttribute("aria-selected", "false");
    const input = find("rp-palette-input");
    if (!option) {
      input?.removeAttribute("aria-activedescendant");
      return;
    }
    option.id ||= "rp-option-" + Math.random().toString(36).slice(2);
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", option.id);
  }

  function openPalette() {
    const palette = find("rp-palette");
    if (!palette || palette.open || document.querySelector("dialog[open], .mud-dialog")) {
      return;
    }
    palette.showModal();
    watchResults();
    const input = find("rp-palette-input");
    input.focus();
    input.select();
    choose(options()[0]);
  }

  // The results come from the server after the letters: the first of them is what Enter opens.
  function watchResults() {
    const list = find("rp-palette-list");
    if (watched !== list) {
      watched = list;
      new MutationObserver(() => choose(chosen() ?? options()[0])).observe(list, { childList: true, subtree: true });
    }
  }

  function openHelp() {
    const help = find("rp-shortcuts");
    if (!help || document.querySelector("dialog[open], .mud-dialog")) {
      return;
    }
    find("rp-shortcuts-on").checked = localStorage.getItem(letters) !== "off";
    help.showModal();
  }

  function movePalette(event) {
    const all = options();
    const at = all.indexOf(chosen());
    const next = { ArrowDown: at + 1, ArrowUp: at < 0 ? all.length - 1 : at - 1 + all.length, Home: 0, End: all.length - 1 }[event.key];
    if (event.key === "Enter") {
      event.preventDefault();
      (chosen() ?? all[0])?.click();
    } else if (next !== undefined && all.length > 0 && !((event.key === "Home" || event.key === "End") && event.target.value)) {
      event.preventDefault();
      choose(all[next % all.length]);
    }
  }

  const isTyping = target => target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);

  document.addEventListener("keydown", event => {
    if (event.target.id === "rp-palette-input" && !event.ctrlKey && !event.metaKey) {
      movePalette(event);
      return;
    }
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      openPalette();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || localStorage.getItem(letters) === "off"
      || document.querySelector("dialog[open], .mud-dialog, .mud-popover-open, [popover]:popover-open")) {
      return;
    }
    if (Date.now() - openedPlace < sequenceMilliseconds) {
      openedPlace = 0;
      const place = document.querySelector(`.rp-nav a[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
      if (place) {
        event.preventDefault();
        place.click();
      }
    } else if (event.key === "g") {
      openedPlace = Date.now();
    } else if (event.key === "/") {
      event.preventDefault();
      openPalette();
    } else if (event.key === "?") {
      event.preventDefault();
      openHelp();
    }
  });

  document.addEventListener("click", event => {
    if (event.target.closest("[data-opens=palette]")) {
      openPalette();
    } else if (event.target.closest("[data-opens=shortcuts]")) {
      openHelp();
    } else if (event.target.closest("#rp-palette [role=option]") || event.target.id === "rp-palette") {
      find("rp-palette").close();
    } else if (event.target.id === "rp-shortcuts") {
      event.target.close();
    }
  });

  document.addEventListener("change", event => {
    if (event.target.id === "rp-shortcuts-on") {
      localStorage.setItem(letters, event.target.checked ? "on" : "off");
    }
  });
})();
