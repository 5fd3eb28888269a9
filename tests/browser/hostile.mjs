// Scripts in every text that is typed or kept: no page may execute one. The page's own rules about
// scripts (CSP) are switched off, so that what they would hide is seen. By itself
// (node hostile.mjs BASE PASSWORD SECONDS) it walks a server whose records hold scripts already.
import { chromium as driver } from "playwright-core";
import { ROLES, chromium, signIn } from "./demo.mjs";
import { problem, problems } from "./look.mjs";
import { matcher, routes } from "./pages.mjs";

/** What is typed; the first fits into the shortest field. `ran` counts. */
const SCRIPTS = [
  "\"><img src=x onerror=ran(1)>",
  "'><svg onload=ran(2)>",
  "</textarea></title><script>ran(3)</script>",
  "\" autofocus onfocus=\"ran(4)",
  "&lt;script&gt;ran(5)&lt;/script&gt;",
  "<iframe srcdoc=\"<script>parent.ran(6)</script>\"></iframe>",
  "javascript:ran(7)",
  "<a href=javascript:ran(8)>見る</a>",
  "{{constructor.constructor('ran(9)')()}}",
];

/** So many pages of a route for each role. */
const EACH = 3;
const NOT = ["/logout", "/lock"];

/** A signed-in page on which every execution is counted. */
async function watched(browser, demo, role, ran) {
  const context = await browser.newContext({ locale: "ja-JP", serviceWorkers: "block", bypassCSP: true });
  await context.exposeFunction("ran", (n) => ran.push(n));
  context.on("page", (page) => page.on("dialog", (d) => (ran.push(`dialog ${d.message()}`), d.dismiss())));
  const page = role ? await signIn(context, demo, role) : await context.newPage();
  return { context, page };
}

/** What stands ready to be executed: handlers in attributes, scripts that are not ours. */
const ready = () => [...document.querySelectorAll("*")].flatMap((e) => [
  ...[...e.attributes].filter((a) => /^on/i.test(a.name) || /^\s*javascript:/i.test(a.value) && a.name === "href")
    .map((a) => `${e.tagName} ${a.name}=${a.value.slice(0, 60)}`),
  ...(e.tagName === "SCRIPT" && !e.src ? [`SCRIPT ${e.textContent.slice(0, 60)}`] : []),
]);

async function judge(page, ran, what) {
  // Whatever loads or fails to load has done so by then.
  await page.waitForLoadState("load").catch(() => {});
  for (const found of await page.evaluate(ready).catch(() => [])) problem(`${what}: ${found}`);
  if (ran.length) problem(`${what}: executed ${ran.splice(0).join(", ")}`);
}

/** The negative control: a page that lets everything through is noticed. */
async function control(browser) {
  const ran = [];
  const { context, page } = await watched(browser, null, null, ran);
  await page.setContent(`<input value="${SCRIPTS[3]}">${SCRIPTS[5]}${SCRIPTS.slice(0, 3).join("")}`);
  for (let n = 0; n < 50 && !ran.includes(6); n += 1) await page.waitForTimeout(100);
  const armed = await page.evaluate(ready);
  await context.close();
  for (const n of [1, 2, 3, 4, 6]) if (!ran.includes(n)) problem(`control: script ${n} was not noticed`);
  if (!armed.length) problem("control: nothing stood ready");
  console.log(`control: ${ran.length} executions noticed`);
}

/** Fills every text of a form with scripts and every choice with its first, and sends it. */
function fill([n, scripts, start]) {
  const form = document.querySelectorAll("main form[method=post], main form[role=search]")[n];
  if (!form || form.enctype.includes("multipart")) return false;
  let at = start;
  for (const e of form.elements) {
    if (e.name?.startsWith("_") || e.type === "hidden") continue;
    if (e.tagName === "TEXTAREA" || ["text", "search", "tel", "email", "url"].includes(e.type)) {
      e.removeAttribute("maxlength");
      e.value = scripts[at++ % scripts.length];
    } else if (e.tagName === "SELECT") {
      e.value = [...e.options].find((o) => o.value)?.value ?? "";
    } else if (e.type === "radio") {
      if (!form.querySelector(`[name="${e.name}"]:checked`)) e.checked = true;
    } else if (e.type === "checkbox") e.checked = true;
    else if (e.type === "number") e.value = e.min || "1";
  }
  HTMLFormElement.prototype.submit.call(form);
  return true;
}

const FORMS = "main form[method=post], main form[role=search]";

async function typed(page, demo, role, href, pattern, ran, seen) {
  const forms = await page.$$eval(FORMS, (fs) => fs.map((f) => new URL(f.action).pathname));
  for (const [n, action] of forms.entries()) {
    const key = `${pattern} ${n} ${action.replace(/[0-9a-f-]{36}|M-\d+/g, "#")}`;
    if (seen.has(key) || NOT.includes(action)) continue;
    seen.add(key);
    for (const start of [0, 1, 2, 5]) {
      await page.goto(demo.base + href);
      const going = page.waitForNavigation({ timeout: 8000 }).catch(() => null);
      if (!(await page.evaluate(fill, [n, SCRIPTS, start]).catch(() => false))) break;
      const said = await going;
      if (said && said.status() >= 500) problem(`${role} ${action}: ${said.status()}`);
      await judge(page, ran, `${role} ${action} typed`);
      seen.sent = (seen.sent ?? 0) + 1;
      // The password again: what was sent goes on behind it.
      if (new URL(page.url()).pathname === "/confirm") {
        await page.fill("#confirm [name=password]", demo.password);
        await page.press("#confirm [name=password]", "Enter");
        await judge(page, ran, `${role} ${action} after the password`);
      }
      if (new URL(page.url()).pathname === "/login") return false;
    }
  }
  return true;
}

/** Follows links as a role; with `type`, forms that no role before has sent are filled on the way. */
async function walk(browser, demo, role, { type, until, seen }) {
  const ran = [], before = seen.sent ?? 0, queue = ["/", "/me", "/help"], asked = new Set(queue);
  const patterns = routes().filter((p) => !p.startsWith("/api/")), count = new Map();
  const wanted = (href) => {
    const path = href.split("?")[0], fits = patterns.filter((p) => matcher(p).test(path));
    const pattern = fits.sort((a, b) => a.split("{").length - b.split("{").length)[0];
    const file = /\/files?(\/|$)|^\/imports\/template|^\/calendar/.test(path);
    return !file && (count.get(pattern) ?? 0) < EACH ? pattern : undefined;
  };
  let { context, page } = await watched(browser, demo, role, ran);
  let opened = 0;
  while (queue.length && Date.now() < until) {
    const href = queue.shift(), pattern = wanted(href);
    if (!pattern) continue;
    count.set(pattern, (count.get(pattern) ?? 0) + 1);
    const answer = await page.goto(demo.base + href).catch(() => null);
    if (answer && answer.status() >= 500) problem(`${role} ${href}: ${answer.status()}`);
    opened += 1;
    await judge(page, ran, `${role} ${href}`);
    const links = await page.$$eval("a[href]", (as) => as.map((a) => a.href)).catch(() => []);
    for (const next of links.filter((h) => h.startsWith(`${demo.base}/`)).map((h) => h.slice(demo.base.length).split("#")[0])) {
      if (!asked.has(next) && asked.add(next)) queue.push(next);
    }
    if (type && !(await typed(page, demo, role, href, pattern, ran, seen))) {
      await context.close();
      ({ context, page } = await watched(browser, demo, role, ran));
    }
  }
  await suggestions(page, demo, role, ran);
  await context.close();
  const left = queue.filter(wanted).length, sent = (seen.sent ?? 0) - before;
  console.log(`  ${role}: ${opened} pages, forms sent ${sent} times${left ? `, ${left} links left when the time was up` : ""}`);
  return { opened, sent, left };
}

/** The list that opens while somebody types is put into the page by the script. */
async function suggestions(page, demo, role, ran) {
  await page.goto(`${demo.base}/clients`);
  const field = page.locator("main input[type=search], main input[name=q]").first();
  if (!(await field.count())) return;
  for (const text of ["img", "M-", "山", SCRIPTS[0]]) {
    await field.fill(text);
    await page.waitForTimeout(600);
    await judge(page, ran, `${role} /clients while typing ${text}`);
  }
}

/** Types into every form as every role, and looks at every page afterwards; with `whole`, time that
 * runs out is a problem, too. */
export async function hostile(browser, demo, { roles = ROLES, seconds = 600, type = true, whole = false } = {}) {
  console.log("scripts in every text");
  await control(browser);
  const total = { opened: 0, sent: 0 }, seen = new Set();
  const walks = (type ? [true, false] : [false]).flatMap((typing) => roles.map((role) => [role, typing]));
  const end = Date.now() + seconds * 1000;
  for (const [n, [role, typing]] of walks.entries()) {
    // Some have much to walk through and most have little: half of what is left, the last all of it.
    const until = end - (end - Date.now()) / (n + 1 < walks.length ? 2 : Infinity);
    const { opened, sent, left } = await walk(browser, demo, role, { type: typing, until, seen });
    if (whole && left) problem(`${role}: the time was up before the walk`);
    total.opened += opened;
    total.sent += sent;
  }
  console.log(`${total.opened} pages opened, forms sent ${total.sent} times, ${problems.length} executions or other problems`);
}

if (process.argv[1]?.endsWith("hostile.mjs")) {
  const [base, password, seconds, kept] = process.argv.slice(2);
  const browser = await driver.launch({
    executablePath: chromium(),
    args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"],
  });
  try {
    await hostile(browser, { base, password }, { seconds: Number(seconds), type: kept !== "kept", whole: true });
  } finally {
    await browser.close();
  }
  process.exit(problems.length ? 1 : 0);
}
