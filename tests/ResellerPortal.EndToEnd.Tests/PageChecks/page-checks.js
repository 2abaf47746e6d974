// What the tests ask of an open page. Runs in each page, beside axe-core.
window.pageChecks = {
  // Loading is over and the page has not changed for a moment.
  isSettled() {
    const state = (this.state ??= this.observe());
    const isBusy = document.querySelector("main .mud-skeleton, .mud-table-loading") || !document.querySelector("h1");
    return !isBusy && performance.now() - state.changedAt > 150;
  },

  observe() {
    const state = { changedAt: performance.now() };
    new MutationObserver(() => (state.changedAt = performance.now()))
      .observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
    return state;
  },

  // Colours differ between light and dark and nothing else does, so that one of the two needs only the rules about colours. With a
  // selector only these parts of the page are looked at.
  async analyse(selector, isAboutColours) {
    const { violations } = await axe.run(selector ? { include: selector.split("; ").filter(part => document.querySelector(part)).map(part => [part]) } : document, {
      resultTypes: ["violations"],
      runOnly: isAboutColours
        ? { type: "rule", values: ["color-contrast", "link-in-text-block"] }
        : { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] },
    });
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(node => `${id} at ${node.target.join(" ")}: ${node.failureSummary.replace(/\s+/g, " ")}`));
  },

  isWiderThanWindow() {
    return document.scrollingElement.scrollWidth > window.innerWidth;
  },

  // Switches as the person does, so that MudBlazor's colours change as well; static pages follow the stored choice.
  switchTheme() {
    const button = document.querySelector("[aria-label='Toggle dark mode']")
      ?? [...document.querySelectorAll("button")].find(({ innerText }) => /^Show (dark|light)$/.test(innerText));
    if (button) {
      button.click();
    } else {
      portalTheme.set(!portalTheme.isDark());
    }
  },

  describeFocus() {
    const element = document.activeElement;
    const text = element.getAttribute("aria-label") ?? element.labels?.[0]?.innerText ?? element.innerText ?? "";
    return `${element.localName} ${text.trim()}`.trim();
  },

  readFocusStyle(element) {
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
    return `${outlineStyle === "none" ? "" : outlineStyle + outlineWidth} ${boxShadow}`;
  },

  // Called after each step: the element that has been left must have looked different while it had the focus.
  checkFocus() {
    const left = this.focused;
    const element = document.activeElement;
    if (left?.element === element) {
      // Another part of a date, which the browser marks itself.
      return "";
    }
    this.focused = { element, style: this.readFocusStyle(element), name: this.describeFocus() };
    const isUnseen = left?.element.isConnected && left.element !== document.body && left.element.localName !== "h1"
      && this.readFocusStyle(left.element) === left.style;
    return isUnseen ? left.name : "";
  },

  describeMotion() {
    const moving = [...document.querySelectorAll("svg animate, svg animateTransform")].map(element => element.localName);
    for (const element of document.querySelectorAll("body *")) {
      for (const part of [null, "::before", "::after"]) {
        const { animationDuration, transitionDuration } = getComputedStyle(element, part);
        if (`${animationDuration}, ${transitionDuration}`.split(", ").some(duration => parseFloat(duration) > 0)) {
          moving.push(`${element.localName}.${element.getAttribute("class")}${part ?? ""}`);
        }
      }
    }
    return [...new Set(moving)];
  },
};
