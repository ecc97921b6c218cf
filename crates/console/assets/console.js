// Progressive enhancement of the console. Every page works without this file.
(() => {
  "use strict";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const one = (selector, root = document) => root.querySelector(selector);
  const stored = (key) => { try { return localStorage.getItem(key); } catch { return null; } };
  const store = (key, value) => { try { localStorage.setItem(key, value); } catch { /* not kept */ } };
  const announce = (text) => {
    const place = one("[data-announce]");
    if (place) place.textContent = text;
  };

  /* Times: relative words, exact time in the tooltip. */
  const UNITS = [["day", 86400], ["hour", 3600], ["minute", 60]];
  const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
  function showTimes(root = document) {
    for (const time of all("time[data-relative]", root)) {
      const then = Date.parse(time.dateTime);
      if (Number.isNaN(then)) continue;
      const seconds = (then - Date.now()) / 1000;
      if (Math.abs(seconds) > 14 * 86400) continue;
      const [unit, length] = UNITS.find(([, size]) => Math.abs(seconds) >= size) ?? ["minute", 60];
      const count = Math.round(seconds / length);
      time.textContent = count === 0 ? "just now" : relative.format(count, unit);
    }
  }

  /* Copy buttons. */
  async function copy(button) {
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.dataset.label ??= button.textContent;
      button.textContent = "Copied";
      announce("Copied");
      setTimeout(() => { button.textContent = button.dataset.label; }, 1500);
    } catch {
      announce("Copying was refused by the browser");
    }
  }

  /* Colours. */
  function showTheme() {
    const current = document.documentElement.dataset.theme ?? "auto";
    for (const button of all("[data-theme-value]")) {
      button.setAttribute("aria-pressed", String(button.dataset.themeValue === current));
    }
  }
  function setTheme(value) {
    if (value === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = value;
    store("countersign-theme", value);
    showTheme();
  }

  /* Live pages: an event means "fetch the page again and show it if it differs". */
  const ENHANCED = "[data-copy], [data-theme-switch], [data-open-keys], [data-verify], [data-fill-user]";
  // What the server said, without what this script, the reader or a fresh token changed.
  function fingerprint(main) {
    const clone = main.cloneNode(true);
    for (const input of all("input[name=csrf], input[name=idempotency_key]", clone)) input.removeAttribute("value");
    for (const it of all("time[data-relative], [data-proof-result], [data-copy]", clone)) it.textContent = "";
    for (const it of all("noscript, [data-stale]", clone)) it.remove();
    for (const it of all(ENHANCED, clone)) it.removeAttribute("hidden");
    for (const it of all("details", clone)) it.removeAttribute("open");
    for (const it of all("form", clone)) it.removeAttribute("data-touched");
    for (const it of all("[data-copy]", clone)) it.removeAttribute("data-label");
    for (const it of all("[data-item]", clone)) it.removeAttribute("class");
    return clone.innerHTML;
  }
  let shown = "";
  let timer = 0;
  const isBusy = (main) => all("form", main).some((form) => form.dataset.touched)
    || main.contains(document.activeElement) && document.activeElement.matches("input, textarea, select");
  async function refresh() {
    const main = one("#main");
    let text;
    try {
      const answer = await fetch(location.href, { headers: { accept: "text/html" }, cache: "no-store" });
      if (!answer.ok || answer.redirected) return;
      text = await answer.text();
    } catch { return; }
    const next = new DOMParser().parseFromString(text, "text/html").getElementById("main");
    if (!next) return;
    const print = fingerprint(next);
    if (print === shown) return;
    if (isBusy(main)) return offerReload(main);
    shown = print;
    swap(main, next);
    announce("This page was updated");
  }
  function offerReload(main) {
    if (one("[data-stale]", main)) return;
    const note = document.createElement("div");
    note.className = "flash t-warn";
    note.dataset.stale = "";
    const words = document.createElement("p");
    words.textContent = "This page has changed since you opened it. What you typed is kept until you ";
    const link = document.createElement("a");
    link.href = location.href;
    link.textContent = "reload it";
    words.append(link, ".");
    note.append(words);
    main.prepend(note);
    announce("This page has changed since you opened it");
  }
  function swap(main, next) {
    const focused = document.activeElement?.id;
    const open = (root) => all("details", root);
    const states = new Map(open(main).map((it) => [it.querySelector("summary")?.textContent, it.open]));
    main.replaceChildren(...[...next.childNodes].map((node) => document.importNode(node, true)));
    for (const it of open(main)) {
      const state = states.get(it.querySelector("summary")?.textContent);
      if (state !== undefined) it.open = state;
    }
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
    enhance(main);
  }
  function goLive() {
    const main = one("#main");
    const url = main?.dataset.live;
    if (!url || !window.EventSource) return;
    shown = fingerprint(main);
    const state = one("[data-live-state]");
    const source = new EventSource(url);
    const say = (text) => { if (state) state.textContent = text; };
    source.onopen = () => say("Live");
    source.onerror = () => say("Reconnecting…");
    const onEvent = () => { clearTimeout(timer); timer = setTimeout(refresh, 250); };
    for (const name of ["message", "change", "journal"]) source.addEventListener(name, onEvent);
    addEventListener("pagehide", () => source.close());
  }

  /* Keyboard. Single keys can be switched off in the help dialog (WCAG 2.1.4). */
  const PLACES = { i: "/inbox", c: "/changes", n: "/changes/new", p: "/policy", l: "/ledger", o: "/organisation/people" };
  let pending = "";
  const keysOn = () => stored("countersign-keys") !== "off";
  function move(step) {
    const items = all("[data-item]");
    const at = items.findIndex((item) => item.classList.contains("is-current"));
    const item = items[Math.min(Math.max(at + step, 0), items.length - 1)];
    if (!item) return;
    for (const other of items) other.classList.toggle("is-current", other === item);
    one("[data-open], a", item)?.focus({ preventScroll: true });
    item.scrollIntoView({ block: "nearest" });
  }
  function openKeys() {
    const dialog = one("#keys");
    if (!dialog) return;
    one("[data-keys-on]", dialog).checked = keysOn();
    dialog.showModal();
  }
  const COMMANDS = {
    j: () => move(1),
    k: () => move(-1),
    o: () => one(".is-current [data-open], .is-current a")?.click(),
    "/": () => one("[data-key-search]")?.focus(),
    v: () => { one("#vote")?.scrollIntoView(); one("#vote input[type=radio]")?.focus(); },
    "?": openKeys,
  };
  function onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.key === "Escape") return closeMenus();
    if (event.target.closest("input, textarea, select, dialog, [contenteditable]") || !keysOn()) return;
    const place = pending === "g" ? PLACES[event.key] : undefined;
    pending = event.key === "g" && pending !== "g" ? "g" : "";
    if (pending) setTimeout(() => { pending = ""; }, 1200);
    if (place) { location.assign(place); return; }
    const command = COMMANDS[event.key];
    if (command && one("body.signed-in")) { event.preventDefault(); command(); }
  }
  function closeMenus(except) {
    for (const menu of all("details.menu[open]")) if (menu !== except) menu.open = false;
  }

  /* Ledger entry: check the proof here, with the browser's own SHA-256 (RFC 6962, RFC 9162 section 2.1.3.2). */
  const bytes = (base64) => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  const base64 = (data) => btoa(String.fromCharCode(...data));
  async function sha256(...parts) {
    const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) { joined.set(part, at); at += part.length; }
    return new Uint8Array(await crypto.subtle.digest("SHA-256", joined));
  }
  const half = (n) => Math.floor(n / 2);
  async function rootFrom(hash, index, size, path) {
    let fn = index;
    let sn = size - 1;
    let r = hash;
    for (const p of path) {
      if (sn === 0) throw new Error("the proof has more hashes than the tree has levels");
      if (fn % 2 === 1 || fn === sn) {
        r = await sha256([1], p, r);
        while (fn % 2 === 0 && fn !== 0) { fn = half(fn); sn = half(sn); }
      } else {
        r = await sha256([1], r, p);
      }
      fn = half(fn);
      sn = half(sn);
    }
    if (sn !== 0) throw new Error("the proof has fewer hashes than the tree has levels");
    return r;
  }
  async function checkProof(data) {
    const steps = [];
    if (!globalThis.crypto?.subtle) throw new Error("this browser offers SHA-256 only over HTTPS or on localhost");
    const leaf = bytes(data.leaf);
    const hash = await sha256([0], leaf);
    if (base64(hash) !== data.hash) throw new Error("the leaf's bytes don't have the leaf hash");
    steps.push(`SHA-256 of the ${leaf.length} bytes of the leaf is the leaf hash.`);
    const index = Number(data.index);
    const size = Number(data.size);
    if (!Number.isSafeInteger(index) || !Number.isSafeInteger(size) || index >= size) throw new Error("the entry lies outside of the tree");
    const path = data.path ? data.path.split(",").map(bytes) : [];
    const root = await rootFrom(hash, index, size, path);
    if (base64(root) !== data.root) throw new Error("the proof doesn't lead to the root");
    steps.push(`${path.length} hashes lead from entry ${index} to the root of the tree of ${size} entries.`);
    steps.push("The signature on the checkpoint is checked with countersign-verify and the pinned key.");
    return steps;
  }
  function badge(tone, icon, text) {
    const place = document.createElement("span");
    place.className = `badge t-${tone}`;
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("class", "icon");
    svg.setAttribute("aria-hidden", "true");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    use.setAttribute("href", `#i-${icon}`);
    svg.append(use);
    place.append(svg, text);
    return place;
  }
  async function verify(section) {
    const result = one("[data-proof-result]", section);
    let tone = "good";
    let head;
    let lines;
    try {
      lines = await checkProof(section.dataset);
      head = badge("good", "check", "Verified in this browser");
    } catch (error) {
      tone = "bad";
      head = badge("bad", "cross", "Not verified");
      lines = [`${error.message}.`];
    }
    const list = document.createElement("ol");
    for (const line of lines) list.append(Object.assign(document.createElement("li"), { textContent: line }));
    result.className = `proof-result t-${tone}`;
    result.replaceChildren(head, list);
  }

  /* Policy: what is typed is checked a moment later, by the same form and button that do it without scripts. */
  let checkTimer = 0;
  let checking = null;
  async function check(form) {
    checking?.abort();
    checking = new AbortController();
    const body = new FormData(form);
    body.set("step", "glance");
    body.delete("folder");
    body.delete("file");
    try {
      const answer = await fetch(form.action, { method: "POST", body, signal: checking.signal, headers: { accept: "text/html" } });
      if (!answer.ok || answer.redirected) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const next = page.getElementById("checked");
      if (!next) return;
      one("#checked", form).replaceChildren(...[...next.childNodes].map((node) => document.importNode(node, true)));
      announce(one("strong", next)?.textContent ?? "");
    } catch { /* The next letter, or the button, asks again. */ }
  }
  function toLine(link) {
    const at = all("[name=file_name]").findIndex((name) => name.value === link.dataset.file);
    const text = all("[name=file_text]")[at];
    if (!text) return;
    const lines = text.value.split("\n");
    const line = Math.min(Number(link.dataset.line), lines.length);
    const start = lines.slice(0, line - 1).reduce((sum, it) => sum + it.length + 1, 0);
    text.focus();
    text.setSelectionRange(start, start + lines[line - 1].length);
    text.scrollTop = text.scrollHeight * (line - 3) / lines.length;
  }

  /* Start. */
  function enhance(root) {
    for (const hidden of all(ENHANCED, root)) hidden.hidden = false;
    showTimes(root);
  }
  document.addEventListener("click", (event) => {
    const line = event.target.closest("a[data-line]");
    if (line) { event.preventDefault(); toLine(line); return; }
    const button = event.target.closest("button");
    closeMenus(event.target.closest("details.menu"));
    if (!button) return;
    if (button.dataset.copy !== undefined) copy(button);
    else if (button.dataset.themeValue) setTheme(button.dataset.themeValue);
    else if ("openKeys" in button.dataset) { closeMenus(); openKeys(); }
    else if ("verify" in button.dataset) verify(button.closest("[data-proof]"));
    else if (button.dataset.fillUser) {
      one("#user_name").value = button.dataset.fillUser;
      one("#password").value = button.dataset.fillPassword;
      one("#password").focus();
    }
  });
  document.addEventListener("input", (event) => {
    const form = event.target.closest("form");
    if (form) form.dataset.touched = "yes";
    if (form?.dataset.check !== undefined && event.target.matches("[name=file_text], [name=file_name]")) {
      clearTimeout(checkTimer);
      checkTimer = setTimeout(() => check(form), 700);
    }
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-keys-on]")) store("countersign-keys", event.target.checked ? "on" : "off");
  });
  document.addEventListener("keydown", onKey);
  enhance(document);
  showTheme();
  one("[data-focus]")?.focus();
  setInterval(() => showTimes(), 30000);
  goLive();
})();
