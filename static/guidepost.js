// Comforts only: every page can be read and used without this file.
(() => {
  "use strict";
  const root = document.documentElement;
  const narrow = matchMedia("(max-width: 67.99rem)");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const choices = ["light", "dark"];

  // Storage may be forbidden; then the choice holds for this page alone.
  const recall = () => {
    try {
      return localStorage.getItem("guidepost-theme");
    } catch {
      return null;
    }
  };
  const remember = (theme) => {
    try {
      localStorage.setItem("guidepost-theme", theme);
    } catch {
      // Nothing to do about it.
    }
  };

  // Before the first paint: the reader's own choice, and no contents that
  // open and close again on a small screen.
  const chosen = recall();
  if (choices.includes(chosen)) root.dataset.theme = chosen;
  root.classList.add("js");

  const themeSwitch = () => {
    const button = document.querySelector(".theme-switch");
    if (!button) return;
    const word = button.querySelector(".theme-word");
    const current = () => root.dataset.theme || (dark.matches ? "dark" : "light");
    const show = () => {
      const next = current() === "dark" ? "Light" : "Dark";
      word.textContent = next;
      button.setAttribute("aria-label", `Switch to the ${next.toLowerCase()} theme`);
    };
    button.addEventListener("click", () => {
      root.dataset.theme = current() === "dark" ? "light" : "dark";
      remember(root.dataset.theme);
      show();
    });
    dark.addEventListener("change", show);
    show();
    button.hidden = false;
  };

  // On a small screen the contents wait behind their heading.
  const folded = new WeakSet();
  const fold = (details) => {
    details.open = !narrow.matches;
    folded.add(details);
  };
  const rail = () => [...document.querySelectorAll(".rail > details")];
  // What the reader has opened or closed since stays so.
  const foldNew = () => rail().filter((details) => !folded.has(details)).forEach(fold);
  const folds = () => {
    narrow.addEventListener("change", () => rail().forEach(fold));
    foldNew();
    root.classList.add("ready");
  };

  // Paper has no disclosures: open them all, and close them again after.
  const printing = () => {
    let opened = [];
    addEventListener("beforeprint", () => {
      opened = [...document.querySelectorAll("details:not([open])")];
      opened.forEach((details) => (details.open = true));
    });
    addEventListener("afterprint", () => {
      opened.forEach((details) => (details.open = false));
      opened = [];
    });
  };

  // What somebody would type: no prompts, no output of commands, no line
  // that a change takes out.
  const copyable = (code) => {
    const copy = code.cloneNode(true);
    const unwanted = ".prompt, .output, .line.del, .visually-hidden";
    copy.querySelectorAll(unwanted).forEach((element) => element.remove());
    const text = copy.textContent.replace(/\n+$/, "\n");
    return code.querySelector(".prompt, .output") ? text.replace(/^\n+/, "").replace(/\n{2,}/g, "\n") : text;
  };

  const copyButtons = () => {
    if (!navigator.clipboard) return;
    document.querySelectorAll(".code").forEach((block) => {
      const code = block.querySelector("pre > code");
      if (!code || block.querySelector(":scope > .copy")) return;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "copy";
      button.textContent = "Copy";
      button.setAttribute("aria-live", "polite");
      button.addEventListener("click", async () => {
        try {
          await navigator.clipboard.writeText(copyable(code));
          button.textContent = "Copied";
        } catch {
          button.textContent = "Not copied";
        }
        setTimeout(() => (button.textContent = "Copy"), 2000);
      });
      block.append(button);
    });
  };

  // The heading that is being read, marked in the contents.
  let observer;
  const readingPlace = () => {
    observer?.disconnect();
    const links = new Map();
    document.querySelectorAll(".toc a[href^='#']").forEach((link) => {
      const heading = document.getElementById(decodeURIComponent(link.hash.slice(1)));
      if (heading) links.set(heading, link);
    });
    if (!links.size || !("IntersectionObserver" in window)) return;
    const headings = [...links.keys()];
    const mark = () => {
      const passed = headings.filter((heading) => heading.getBoundingClientRect().top < 120);
      const now = passed.at(-1);
      links.forEach((link, heading) => {
        if (heading === now) link.setAttribute("aria-current", "location");
        else link.removeAttribute("aria-current");
      });
    };
    observer = new IntersectionObserver(mark, { rootMargin: "-110px 0px -60% 0px" });
    headings.forEach((heading) => observer.observe(heading));
    mark();
  };

  addEventListener("DOMContentLoaded", () => {
    themeSwitch();
    folds();
    printing();
    copyButtons();
    readingPlace();
  });
  // `guidepost watch` has put a new version of the page in place of parts of
  // the old one.
  document.addEventListener("guidepost:update", () => {
    foldNew();
    copyButtons();
    readingPlace();
  });
})();
