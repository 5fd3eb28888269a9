// Every GET route of the program is visited as each role that may, found by following links, with
// its error and its empty state. A route that no link leads to must be named here.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROLES, root, signIn } from "./demo.mjs";
import { twoSteps } from "./lock.mjs";
import { look, problem } from "./look.mjs";

/** Answers that are no page of ours to look at, and why. */
const NO_PAGE = {
  "/assets/kakehashi.css": "a style sheet",
  "/assets/kakehashi.js": "a script",
  "/reports/{id}/files/{format}": "a file",
  "/reports/{id}/editions/{number}/files/{format}": "a file",
  "/imports/template/{layout}": "a file",
  "/audit/file": "a file",
  "/health": "JSON, for a monitor",
  "/api/v1/openapi.json": "JSON",
  "/calendar/{token}": "iCalendar: tests/calendar.rs",
};

/** JSON for programs with a token: tests/api.rs. */
const noPage = (pattern) => NO_PAGE[pattern] || pattern.startsWith("/api/v1/");

/** Pages to which no link leads. */
const BEGIN = ["/", "/login", "/help", "/me", "/invitations/no-such-token", "/no-such-page"];

/** How a filter is made to find nothing. */
const EMPTY = ["/consultations?q=zzzz", "/case-notes?q=zzzz", "/case-notes?from=1990-01-01&until=1990-01-02"];

/** What a page shows depends on who looks. */
const OF_ITS_ROLE = ["/", "/clients/{number}"];

/** So many pages of a route for each role: the first links that lead to it. */
const EACH = 1;
/** Where what the page offers depends on how far its matter has come. */
const MORE = { "/questions/{id}": 6, "/residents/{id}": 3, "/clients/{number}/ledger": 4 };

export function routes() {
  const text = readFileSync(join(root, "src/routes.rs"), "utf8");
  return [...text.matchAll(/^\s*GET "([^"]+)" =>/gm)].map((m) => m[1]);
}

export function matcher(pattern) {
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
    if (pattern && noPage(pattern)) {
      looked.add(pattern);
      continue;
    }
    const many = seen.get(pattern) ?? 0;
    if (pattern && many >= (MORE[pattern] ?? EACH) && !EMPTY.includes(href) && !BEGIN.includes(href)) continue;
    const answer = await page.goto(base + href);
    if (!answer || answer.status() >= 500) problem(`${role} ${href}: ${answer?.status()}`);
    if (answer.status() === 404 && pattern && many === 0 && path !== "/login") {
      if (!looked.has(`404 ${role}`)) await look(page, `${role} ${href} (not found)`);
      looked.add(`404 ${role}`);
      if (!BEGIN.includes(href) && !EMPTY.includes(href)) problem(`${role} is led to ${href}: 404`);
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

/** Makes what a fresh ward does not have: an edition, an import that was checked, an invitation. */
async function prepare(browser, demo, looked) {
  const context = await browser.newContext({ locale: "ja-JP", serviceWorkers: "block" });
  const officer = await signIn(context, demo, "officer");
  await officer.goto(`${demo.base}/reports`);
  const report = await officer.locator("main a[href^='/reports/']").first().getAttribute("href");
  await officer.goto(`${demo.base}${report}`);
  await officer.fill("[name=note]", "区の会議で配る資料");
  await officer.check("[name=checked]");
  await officer.locator("form[action$='/publish'] button").click();
  await officer.waitForURL("**/editions/*").catch(() => problem(`nothing was published: ${officer.url()}`));
  await look(officer, "an edition just published");
  await officer.goto(`${demo.base}/imports`);
  const rows = "氏名,ふりがな,生年月日,性別,担当地区\n見本 はると,みほん はると,令和6年4月2日,男,東地区\n見本 みお,みほん みお,令和6年13月2日,女,東地区\n";
  await officer.check('#import input[value="clients"]');
  await officer.setInputFiles("#file", { name: "台帳.csv", mimeType: "text/csv", buffer: Buffer.from(rows) });
  await officer.locator("#import .savebar button").click();
  await officer.waitForURL(/\/imports\/[0-9a-f-]{36}/);
  await look(officer, "an import just checked");
  await officer.goto(`${demo.base}/me`);
  await officer.locator("form[action='/me/calendar'] button").click();
  await officer.locator("#made").waitFor();
  await look(officer, "an address of a calendar just made");
  await context.close();
  await invitation(browser, demo, looked);
  await twoSteps(browser, demo, looked);
}

/** The page behind a one-time link, as somebody who has not signed in. */
async function invitation(browser, demo, looked) {
  const context = await browser.newContext({ locale: "ja-JP", serviceWorkers: "block" });
  const page = await signIn(context, demo, "administrator");
  await page.goto(`${demo.base}/accounts/new`);
  for (const [name, text] of Object.entries({ name: "新田 ひかり", login: "nitta" })) {
    await page.fill(`#account [name=${name}], [name=${name}]`, text);
  }
  for (const name of ["organisation", "role"]) await choose(page, name);
  await page.locator("main form[action='/accounts/new'] .savebar button").click();
  const link = page.locator("#link");
  await link.waitFor();
  await look(page, "an invitation just made");
  const path = new URL(await link.inputValue()).pathname;
  await context.close();
  const stranger = await browser.newContext({ locale: "ja-JP", serviceWorkers: "block" });
  const fresh = await stranger.newPage();
  await fresh.goto(`${demo.base}${path}`);
  await look(fresh, "an invitation opened");
  await fresh.locator("main form button, form button").last().click();
  await look(fresh, "an invitation with nothing entered");
  looked.add("/invitations/{token}");
  await stranger.close();
}

/** The first real choice, whether it is a list or a row of buttons. */
async function choose(page, name) {
  const list = page.locator(`select[name=${name}]`);
  if (await list.count()) {
    const value = await list.locator("option:not([value=''])").first().getAttribute("value");
    await list.selectOption(value);
  } else await page.locator(`input[name=${name}]`).first().check();
}

export async function everyPage(browser, demo) {
  const patterns = routes(), looked = new Set();
  await prepare(browser, demo, looked);
  for (const role of ROLES) {
    console.log(`pages as ${role}`);
    const context = await browser.newContext({ locale: "ja-JP", serviceWorkers: "block" });
    const page = await signIn(context, demo, role);
    await walk(page, demo.base, role, patterns, looked);
    await context.close();
  }
  for (const p of patterns.filter((p) => !looked.has(p) && !noPage(p))) {
    problem(`no page leads to ${p}`);
  }
}
