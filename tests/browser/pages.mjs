// Every GET route of the program is visited as each role that may, found by following links, with
// its error and its empty state. A route that no link leads to must be named here.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROLES, root, signIn } from "./demo.mjs";
import { look, problem } from "./look.mjs";

/** Answers that are no page of ours to look at, and why. */
const NO_PAGE = {
  "/assets/kakehashi.css": "a style sheet",
  "/assets/kakehashi.js": "a script",
  "/reports/{id}/files/{format}": "a file",
  "/reports/{id}/editions/{number}/files/{format}": "a file",
  "/imports/template/{layout}": "a file",
  "/api/v1/openapi.json": "JSON",
  "/api/v1/codes": "JSON, for programs with a token: tests/api.rs",
  "/api/v1/clients/{number}": "JSON, for programs with a token: tests/api.rs",
  "/api/v1/clients/{number}/parts/{part}": "JSON, for programs with a token: tests/api.rs",
  "/api/v1/consultations/{id}": "JSON, for programs with a token: tests/api.rs",
};

/** Known gaps, to be closed: said at the end of every run. */
const GAPS = {
  "/invitations/{token}": "its address is only in a one-time link",
  "/clients/{number}/close": "the person's page does not link it yet",
  "/clients/{number}/request": "the person's page does not link it yet",
  "/reports/{id}/editions/{number}": "the walk publishes nothing",
  "/reports/{id}/editions/{number}/files/{format}": "the walk publishes nothing",
  "/imports/{id}": "the walk uploads nothing",
  "/coordinators/{account}/profile": "shown to nurses as a link they may not open",
  "/coordinators/{account}/leaves": "shown to nurses as a link they may not open",
};

/** Pages to which no link leads. */
const BEGIN = ["/", "/login", "/help", "/me", "/invitations/no-such-token", "/no-such-page"];

/** How a filter is made to find nothing. */
const EMPTY = ["/consultations?q=zzzz", "/case-notes?q=zzzz", "/case-notes?from=1990-01-01&until=1990-01-02"];

/** What a page shows depends on who looks. */
const OF_ITS_ROLE = ["/", "/clients/{number}"];

/** So many pages of a route for each role: the first links that lead to it. */
const EACH = 1;

function routes() {
  const text = readFileSync(join(root, "src/routes.rs"), "utf8");
  return [...text.matchAll(/^\s*GET "([^"]+)" =>/gm)].map((m) => m[1]);
}

function matcher(pattern) {
  const source = pattern.replace(/\{[^}]+\}/g, "[^/]+").replace(/\./g, "\\.");
  return new RegExp(`^${source}$`);
}

/** The most exact route of a path. */
function routeOf(path, patterns) {
  const fits = patterns.filter((p) => matcher(p).test(path));
  return fits.sort((a, b) => (a.match(/\{/g) ?? []).length - (b.match(/\{/g) ?? []).length)[0];
}

/** Follows links from the first page; looks at what was not looked at by an earlier role. */
async function walk(page, base, role, patterns, looked) {
  const queue = [...BEGIN, ...EMPTY], seen = new Map(), asked = new Set(queue);
  while (queue.length) {
    const href = queue.shift();
    const path = href.split("?")[0];
    const pattern = routeOf(path, patterns);
    if (pattern && NO_PAGE[pattern]) {
      looked.add(pattern);
      continue;
    }
    const many = seen.get(pattern) ?? 0;
    if (pattern && many >= EACH && !EMPTY.includes(href) && !BEGIN.includes(href)) continue;
    const answer = await page.goto(base + href);
    if (!answer || answer.status() >= 500) problem(`${role} ${href}: ${answer?.status()}`);
    if (answer.status() === 404 && pattern && many === 0 && path !== "/login") {
      if (!looked.has(`404 ${role}`)) await look(page, `${role} ${href} (not found)`);
      looked.add(`404 ${role}`);
      if (!BEGIN.includes(href) && !EMPTY.includes(href) && !GAPS[pattern]) problem(`${role} is led to ${href}: 404`);
      continue;
    }
    if (pattern) {
      seen.set(pattern, many + 1);
      // Once a page; those that differ by role, for every role.
      if (!looked.has(pattern) || OF_ITS_ROLE.includes(pattern)) await look(page, `${role} ${href}`);
      looked.add(pattern);
      await mistakes(page, base, role, pattern, href, looked);
    }
    for (const next of await links(page, base)) {
      if (asked.has(next)) continue;
      asked.add(next);
      queue.push(next);
    }
  }
}

async function links(page, base) {
  const all = await page.$$eval("a[href]", (as) => as.map((a) => a.href));
  const own = all.filter((h) => h.startsWith(`${base}/`)).map((h) => h.slice(base.length));
  return [...new Set(own.map((h) => h.split("#")[0]))];
}

/** Sends each form of the page empty: the page with its messages must be as good as the page. */
async function mistakes(page, base, role, pattern, href, looked) {
  const forms = await page.$$eval("main form[method=post]", (fs) =>
    fs.map((f) => new URL(f.action).pathname + (f.enctype.includes("multipart") ? " file" : "")));
  for (const [n, action] of forms.entries()) {
    const key = `error ${pattern} ${n}`;
    if (looked.has(key) || action.startsWith("/logout") || /withdraw|discard|undo|save|publish|verify|post$/.test(action)) continue;
    looked.add(key);
    await page.goto(base + href);
    const answer = page.waitForNavigation({ timeout: 8000 }).catch(() => null);
    await page.evaluate((n) => {
      const form = document.querySelectorAll("main form[method=post]")[n];
      if (!form) return;
      for (const e of form.elements) {
        if (e.name?.startsWith("_") || e.type === "submit") continue;
        if (e.type === "checkbox" || e.type === "radio") e.checked = false;
        else if ("value" in e && e.type !== "file") e.value = "";
      }
      HTMLFormElement.prototype.submit.call(form);
    }, n);
    const said = await answer;
    if (said?.status() === 422) await look(page, `${role} ${href} form ${n + 1} with mistakes`);
    if (said && said.status() >= 500) problem(`${role} ${action}: ${said.status()}`);
  }
  await page.goto(base + href);
}

export async function everyPage(browser, demo) {
  const patterns = routes(), looked = new Set();
  for (const role of ROLES) {
    console.log(`pages as ${role}`);
    const context = await browser.newContext({ locale: "ja-JP", serviceWorkers: "block" });
    const page = await signIn(context, demo, role);
    await walk(page, demo.base, role, patterns, looked);
    await context.close();
  }
  for (const p of patterns.filter((p) => !looked.has(p) && !NO_PAGE[p])) {
    if (GAPS[p]) console.log(`  gap: ${p}: ${GAPS[p]}`);
    else problem(`no page leads to ${p}`);
  }
}
