// The one script. Every page works without it; it saves drafts, finds people while a name is typed,
// and gives the keyboard short ways. No library, no request to anywhere but this server.
"use strict";
(() => {
  const csrf = document.body.dataset.csrf;
  const keysOn = document.body.dataset.keys !== "off";

  // The error summary first: that is what somebody who listens to the page needs to hear.
  document.getElementById("summary")?.focus();

  // Nobody there: after the minutes of the setting the screen is closed, on the server too. What was
  // typed is kept there first, and filled in again when the password was typed.
  const idle = Number(document.body.dataset.idle || 0) * 60000;
  const changed = new Set();
  let used = Date.now(), closing = false;
  const here = location.pathname + location.search;
  const place = location.pathname.slice(0, 120);
  /** The server has just heard of this browser, in whichever window. */
  function stay() {
    try { localStorage.setItem("kakehashi-stay", String(Date.now())); } catch { /* alone then */ }
    warning.hidden = true;
  }
  const since = () => { try { return Number(localStorage.getItem("kakehashi-stay")) || used; } catch { return used; } };
  const warning = document.createElement("p");
  warning.className = "idle"; warning.hidden = true; warning.setAttribute("role", "alert");
  /** Any page that says nothing about anybody tells the server that somebody is there. */
  const wake = async () => { try { const a = await fetch("/help"); if (a.ok && !a.redirected) stay(); } catch { /* tried again */ } };
  async function close() {
    if (closing) return;
    closing = true;
    for (const form of changed) {
      const body = new URLSearchParams(new FormData(form));
      body.set("_subject", place); body.set("_csrf", csrf);
      try {
        await fetch("/drafts/page-" + [...document.forms].indexOf(form), { method: "POST", body });
        sessionStorage.setItem("kakehashi-typed", place);
      } catch { /* the line is down: the page stays, so that nothing is lost */ closing = false; return; }
    }
    const form = document.createElement("form");
    form.method = "post"; form.action = "/lock"; form.hidden = true;
    for (const [name, value] of [["_csrf", csrf], ["next", here]]) {
      const field = document.createElement("input");
      field.name = name; field.value = value; form.append(field);
    }
    document.body.append(form);
    document.querySelector("main")?.replaceChildren();
    form.submit();
  }
  if (idle && csrf) {
    document.body.prepend(warning);
    stay();
    for (const kind of ["keydown", "pointerdown", "input"]) addEventListener(kind, () => { used = Date.now(); }, { passive: true });
    document.addEventListener("input", (e) => { const form = e.target.closest?.("main form[method=post]"); if (form) changed.add(form); });
    document.addEventListener("submit", (e) => changed.delete(e.target));
    const tick = Math.min(10000, idle / 6);
    setInterval(() => {
      const left = since() + idle - Date.now();
      if (left <= 0) close();
      else if (used > since() + idle / 3) wake();
      else if (left < Math.min(60000, idle / 3)) {
        warning.textContent = "しばらく操作がないので、まもなく画面を閉じます。続けるときは、どれかのキーを押してください。";
        warning.hidden = false;
      }
    }, tick);
    addEventListener("keydown", () => { if (!warning.hidden) wake(); });
    addEventListener("pointerdown", () => { if (!warning.hidden) wake(); });
  }

  /** What was typed before the screen was closed, back in its fields. */
  async function restore() {
    let typed = "";
    try { typed = sessionStorage.getItem("kakehashi-typed") || ""; } catch { return; }
    if (typed !== place) return;
    sessionStorage.removeItem("kakehashi-typed");
    for (const [n, form] of [...document.forms].entries()) {
      if (!form.matches("main form[method=post]")) continue;
      const answer = await fetch(`/drafts/page-${n}/take`, { method: "POST", body: new URLSearchParams({ _subject: place, _csrf: csrf }) });
      if (!answer.ok || answer.redirected) continue;
      const values = new Map();
      for (const [name, value] of await answer.json()) values.set(name, [...(values.get(name) ?? []), value]);
      if (!values.size) continue;
      const said = document.createElement("p");
      said.className = "saved"; said.setAttribute("role", "status");
      said.textContent = "画面を閉じる前に入力していた内容を戻しました。";
      form.prepend(said);
      for (const field of form.elements) {
        if (!field.name || field.name.startsWith("_") || field.type === "password") continue;
        const all = values.get(field.name) ?? [];
        if (field.type === "checkbox" || field.type === "radio") field.checked = all.includes(field.value);
        else if (field.type !== "file" && all.length) field.value = all.shift();
      }
      changed.add(form);
    }
  }
  if (csrf) restore();

  // Drafts: five seconds after the last key, and when the page is left.
  for (const form of document.querySelectorAll("form[data-draft]")) {
    const status = document.querySelector("[data-draft-status]");
    let timer = 0, dirty = false, sent = false;
    const send = async (last) => {
      if (!dirty || sent) return;
      dirty = false;
      const body = new URLSearchParams(new FormData(form));
      try {
        const answer = await fetch("/drafts/" + form.dataset.draft, { method: "POST", body, keepalive: last });
        if (!answer.ok || answer.redirected) throw new Error(answer.status);
        stay();
        if (status) { status.textContent = "下書きを保存しました　" + await answer.text(); status.classList.remove("late"); }
      } catch {
        dirty = true;
        if (status) { status.textContent = "下書きを保存できていません。通信が戻ると自動で保存します。この画面を閉じないでください"; status.classList.add("late"); }
        timer = setTimeout(send, 5000);
      }
    };
    form.addEventListener("input", () => { dirty = true; clearTimeout(timer); timer = setTimeout(send, 5000); });
    form.addEventListener("submit", () => { sent = true; clearTimeout(timer); });
    addEventListener("pagehide", () => send(true));
    addEventListener("online", () => send(false));
  }

  // A second click on the button does not send the form twice.
  for (const form of document.querySelectorAll("form[method=post]:not([role=search])")) {
    let sent = false;
    form.addEventListener("submit", (e) => { if (sent) e.preventDefault(); sent = true; });
    addEventListener("pageshow", () => { sent = false; });
  }

  // Finding a person while typing: radios under the field, as the page without script shows them.
  for (const field of document.querySelectorAll("[data-finder]")) {
    const place = document.getElementById(field.id + "-found");
    if (!place) continue;
    let timer = 0, last = field.value;
    const find = async () => {
      const q = field.value.trim();
      if (q === last) return;
      last = q;
      if (!q) { place.replaceChildren(); return; }
      try {
        const answer = await fetch("/clients/suggest", { method: "POST", body: new URLSearchParams({ q, name: field.dataset.finder || "client", _csrf: csrf }) });
        if (answer.ok && !answer.redirected && field.value.trim() === q) place.innerHTML = await answer.text();
      } catch { /* the button still finds */ }
    };
    field.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(find, 200); });
  }

  // Keys. One-letter keys never work while typing and can be switched off in the settings.
  const rows = () => [...document.querySelectorAll("[data-row], tbody th a, .things .top a, .agenda .what a")];
  let at = -1, g = false;
  addEventListener("keydown", (e) => {
    if ((e.ctrlKey || e.metaKey) && e.key === "Enter") {
      const form = e.target.closest?.("form");
      if (form) { e.preventDefault(); form.requestSubmit(); }
      return;
    }
    if (!keysOn || e.ctrlKey || e.metaKey || e.altKey || e.isComposing) return;
    if (e.target.closest?.("input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable]")) return;
    const go = (href) => { if (document.querySelector(`a[href="${href}"]`)) location.href = href; };
    if (g) { g = false; if (e.key === "t") { location.href = "/"; } return; }
    switch (e.key) {
      case "/": { const q = document.getElementById("find"); if (q) { e.preventDefault(); q.focus(); } break; }
      case "n": { const a = document.querySelector("a[data-key=n]"); if (a) location.href = a.href; else go("/consultations/new"); break; }
      case "p": { const a = document.querySelector("[data-key=p]"); if (a) { e.preventDefault(); print(); } break; }
      case "j": case "k": {
        const all = rows(); if (!all.length) break;
        at = Math.max(0, Math.min(all.length - 1, at + (e.key === "j" ? 1 : -1)));
        all[at].focus(); break;
      }
      case "g": g = true; break;
      case "?": location.href = "/help#keys"; break;
    }
  });
  for (const b of document.querySelectorAll("[data-print]")) b.addEventListener("click", () => print());

  // Pages that wait for work on the server look again by themselves.
  const wait = document.querySelector("[data-reload]");
  if (wait) setTimeout(() => location.reload(), Number(wait.dataset.reload) * 1000);
})();
