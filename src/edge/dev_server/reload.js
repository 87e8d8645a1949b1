// Keeps an open page in step with its source. It is sent with pages by
// `guidepost watch` and stands in no file of the site.
(() => {
  "use strict";
  const self = document.currentScript;
  // The state of the site that this page shows.
  let at = self.dataset.guidepostAt;
  // Whether a version was announced that could not be had.
  let behind = false;
  self.remove();

  // What decides whether a new version of the page can be put into this one,
  // taken before any other script has touched it.
  const outline = (page) => {
    const copy = page.documentElement.cloneNode(true);
    copy.querySelectorAll("main").forEach((main) => main.replaceChildren());
    copy
      .querySelectorAll("title, meta[name=description], meta[property^='og:'], link[rel~=stylesheet], script[data-guidepost-at]")
      .forEach((element) => element.remove());
    const words = (element) => (element ? element.innerHTML.replace(/\s+/g, " ").trim() : "");
    const own = (element) => (element ? [...element.attributes].map((a) => `${a.name}=${a.value}`).join() : "");
    const body = copy.querySelector("body");
    return JSON.stringify([words(copy.querySelector("head")), own(body), words(body), copy.lang, copy.dir]);
  };
  // Scripts that may have taken hold of something in the page. The theme's own
  // hears of a new version and takes hold again.
  const foreignScripts = (page) =>
    [...page.scripts].some((script) => {
      const own = script.dataset.guidepostAt !== undefined || script.dataset.guidepostLive !== undefined;
      const data = script.type && !/^(text|application)\/(java|ecma)script$|^module$/i.test(script.type);
      const name = (script.getAttribute("src") || "").split(/[?#]/)[0].split("/").pop();
      return !own && !data && !/^guidepost\.[0-9a-f]+\.js$/.test(name);
    });
  const swappable = (page) => page.querySelectorAll("main").length === 1 && !foreignScripts(page);
  const html = document.documentElement;
  const shown = {
    outline: outline(document),
    main: document.querySelector("main")?.cloneNode(true),
    safe: swappable(document),
    theme: html.dataset.theme,
  };

  const same = (a, b) => a.isEqualNode(b);
  // Makes `live`, which was `before`, into `after`, touching what differs
  // alone. Scripts may have added to `live`: then it is replaced as a whole.
  const morph = (live, before, after) => {
    if (same(before, after)) return;
    const alike =
      live.nodeType === 1 && before.nodeName === after.nodeName && same(before.cloneNode(false), after.cloneNode(false));
    if (!alike || live.childNodes.length !== before.childNodes.length) {
      live.replaceWith(document.importNode(after, true));
      return;
    }
    const [was, is, now] = [[...before.childNodes], [...after.childNodes], [...live.childNodes]];
    let start = 0;
    while (start < was.length && start < is.length && same(was[start], is[start])) start += 1;
    let end = 0;
    const most = Math.min(was.length, is.length) - start;
    while (end < most && same(was[was.length - 1 - end], is[is.length - 1 - end])) end += 1;
    const [old, fresh] = [now.slice(start, now.length - end), is.slice(start, is.length - end)];
    if (old.length === fresh.length) {
      old.forEach((node, index) => morph(node, was[start + index], fresh[index]));
      return;
    }
    const next = now[now.length - end] || null;
    old.forEach((node) => node.remove());
    fresh.forEach((node) => live.insertBefore(document.importNode(node, true), next));
  };

  // Sheets whose successors are under way, by successor.
  const replaced = new Map();
  const outgoing = () => new Set([...replaced.values()].flat());
  const sheets = (page) => {
    const gone = outgoing();
    return [...page.querySelectorAll("link[rel~=stylesheet]")].filter((link) => !gone.has(link));
  };
  // Puts new style sheets in the places of old ones; the old ones stay until
  // the new ones are there. A successor may be succeeded before it is there.
  const restyle = (wanted, again) => {
    const old = sheets(document);
    wanted.forEach((sheet, index) => {
      const href = sheet.getAttribute("href");
      const before = old[index];
      if (before && before.dataset.guidepostHref === undefined) before.dataset.guidepostHref = before.getAttribute("href");
      if (before && before.dataset.guidepostHref === href && !again(before)) return;
      const link = document.createElement("link");
      [...sheet.attributes].forEach((attribute) => link.setAttribute(attribute.name, attribute.value));
      link.dataset.guidepostHref = href;
      if (before && before.dataset.guidepostHref === href) link.href = fresh(link.href);
      if (before) replaced.set(link, [before, ...(replaced.get(before) || [])]);
      const done = () => {
        replaced.get(link)?.forEach((sheet) => {
          sheet.remove();
          replaced.delete(sheet);
        });
        replaced.delete(link);
      };
      link.addEventListener("load", done);
      link.addEventListener("error", done);
      if (before) before.after(link);
      else document.head.append(link);
    });
    old.slice(wanted.length).forEach((link) => link.remove());
  };
  const fresh = (address) => {
    const url = new URL(address, location.href);
    url.searchParams.set("guidepost", Date.now());
    return url.href;
  };

  const head = (page, selector) => page.querySelector(`head ${selector}`);
  const update = async () => {
    let response;
    try {
      response = await fetch(location.href, { cache: "no-store" });
    } catch {
      // The server has gone; when it is back it says again what is new.
      behind = true;
      return;
    }
    const next = new DOMParser().parseFromString(await response.text(), "text/html");
    const script = next.querySelector("script[data-guidepost-at]");
    if (!script || !shown.safe || !swappable(next) || outline(next) !== shown.outline) {
      location.reload();
      return;
    }
    const live = document.querySelector("main");
    if (!live) {
      location.reload();
      return;
    }
    restyle(sheets(next), () => false);
    document.title = next.title;
    for (const selector of ["meta[name=description]"]) {
      const [old, now] = [head(document, selector), head(next, selector)];
      if (old && now) old.replaceWith(document.importNode(now, true));
      else old?.remove();
    }
    const main = next.querySelector("main");
    morph(live, shown.main, main);
    shown.main = main.cloneNode(true);
    at = script.dataset.guidepostAt;
    behind = false;
    document.dispatchEvent(new CustomEvent("guidepost:update"));
  };

  // Files that are no pages: style sheets are loaded again in place, pictures
  // too, and whatever else the page uses needs the whole page.
  const refresh = (files) => {
    const changed = new Set(files);
    const uses = (address) => {
      if (!address) return false;
      const url = new URL(address, location.href);
      return url.origin === location.origin && changed.has(url.pathname);
    };
    if ([...document.scripts].some((script) => uses(script.src))) {
      location.reload();
      return;
    }
    restyle(sheets(document), (link) => uses(link.href));
    document.querySelectorAll("img").forEach((image) => {
      if (uses(image.currentSrc || image.src)) {
        image.removeAttribute("srcset");
        image.src = fresh(image.src);
      }
    });
    document.querySelectorAll("video, audio, source, object, embed, iframe").forEach((element) => {
      if (uses(element.src || element.data)) location.reload();
    });
  };

  // The overlay, in a shadow of its own so that no style of the page reaches
  // it, and without anything that a content security policy could forbid.
  let overlay;
  const dress = (element, styles) => Object.assign(element.style, styles);
  const show = (problem) => {
    hide();
    overlay = document.createElement("div");
    overlay.id = "guidepost-problem";
    overlay.setAttribute("role", "alert");
    dress(overlay, { position: "fixed", inset: "auto 0 0 0", zIndex: 2147483647, display: "block" });
    const box = document.createElement("section");
    dress(box, {
      maxHeight: "60vh", overflow: "auto", boxSizing: "border-box", padding: "1rem 1.5rem", background: "#1d1215",
      color: "#f6eded", borderTop: "4px solid #e5484d", font: "15px/1.5 system-ui, sans-serif", textAlign: "left",
    });
    const title = document.createElement("strong");
    title.textContent = `Not built: ${problem.title}. What you see is the last good version.`;
    const close = document.createElement("button");
    close.textContent = "Hide";
    dress(close, {
      float: "right", font: "inherit", color: "inherit", background: "transparent", border: "1px solid",
      borderRadius: "4px", padding: "0 .6rem", cursor: "pointer",
    });
    close.addEventListener("click", hide);
    box.append(close, title);
    problem.findings.forEach((text) => {
      const pre = document.createElement("pre");
      pre.textContent = text;
      dress(pre, {
        margin: ".8rem 0 0", whiteSpace: "pre-wrap", overflowWrap: "anywhere", font: "13px/1.45 ui-monospace, monospace", color: "inherit",
        background: "transparent", border: "0", padding: "0",
      });
      box.append(pre);
    });
    overlay.attachShadow({ mode: "open" }).append(box);
    document.body.append(overlay);
  };
  const hide = () => {
    overlay?.remove();
    overlay = undefined;
  };

  // One thing after the other: a change may arrive while another is taken in.
  let queue = Promise.resolve();
  const then = (work) => {
    queue = queue.then(work).catch(() => location.reload());
  };
  const take = (change) => {
    if (change.navigate && change.navigate !== location.pathname) {
      location.assign(change.navigate);
      return;
    }
    // The page first: what it no longer uses needs no refreshing.
    if (change.page) then(update);
    else at = change.at;
    if (change.files.length) then(() => refresh(change.files));
  };

  let stream;
  let again;
  const connect = () => {
    disconnect();
    const asking = new URLSearchParams({ page: location.pathname, at: behind ? "" : at });
    stream = new EventSource(`/__guidepost/events?${asking}`);
    stream.addEventListener("change", (event) => take(JSON.parse(event.data)));
    stream.addEventListener("problem", (event) => show(JSON.parse(event.data)));
    stream.addEventListener("mended", hide);
    // The browser's own way to connect again would say the old state.
    stream.addEventListener("error", () => {
      disconnect();
      again = setTimeout(connect, 500);
    });
  };
  const disconnect = () => {
    clearTimeout(again);
    stream?.close();
    stream = undefined;
  };
  // Browsers allow a site few connections: pages that nobody sees hold none,
  // and catch up when they are seen.
  const follow = () => (document.visibilityState === "hidden" ? disconnect() : connect());
  document.addEventListener("visibilitychange", follow);
  addEventListener("pagehide", disconnect);
  addEventListener("pageshow", (event) => event.persisted && follow());
  follow();
})();
