// The one script. Every page works without it; it saves drafts, finds people while a name is typed,
// and gives the keyboard short ways. No library, no request to anywhere but this server.
"use strict";
(() => {
  const csrf = document.body.dataset.csrf;
  const keysOn = document.body.dataset.keys !== "off";

  // The error summary first: that is what somebody who listens to the page needs to hear.
  document.getElementById("summary")?.focus();

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
        if (!answer.ok) throw new Error(answer.status);
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
        if (answer.ok && field.value.trim() === q) place.innerHTML = await answer.text();
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
      case "/": { const q = document.getElementById("q"); if (q) { e.preventDefault(); q.focus(); } break; }
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
