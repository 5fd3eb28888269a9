// The second factor, the closed screen and the password again, in a real browser: with the script,
// whose clock is turned forward, and without it.
import { signIn } from "./demo.mjs";
import { look, problem } from "./look.mjs";

async function at(page, part, what) {
  await page.waitForURL((url) => url.pathname.startsWith(part), { timeout: 8000 })
    .catch(() => problem(`${what}: ${page.url()}`));
}

async function unlock(page, demo) {
  await page.fill("#confirm [name=password]", demo.password);
  await page.press("#confirm [name=password]", "Enter");
  await page.waitForLoadState();
}

/** Signing in with a code; the pages on the way. */
export async function twoSteps(browser, demo, looked) {
  console.log("story: the second factor");
  const context = await browser.newContext({ locale: "ja-JP", serviceWorkers: "block" });
  const page = await context.newPage();
  await page.goto(`${demo.base}/login`);
  await page.fill("[name=login]", "demo-two-step");
  await page.fill("[name=password]", demo.password);
  await page.press("[name=password]", "Enter");
  await at(page, "/login/code", "the code is asked after the password");
  await look(page, "the code");
  looked.add("/login/code");
  await page.locator("#login-code button").click();
  await look(page, "the code, with nothing entered");
  const code = await page.locator("#login-code b").innerText();
  await page.fill("[name=code]", code);
  await page.press("[name=code]", "Enter");
  await page.waitForURL((url) => url.pathname === "/").catch(() => problem(`the code opens: ${page.url()}`));
  await page.goto(`${demo.base}/me/second-factor`);
  await look(page, "a second factor in use");
  await page.locator("form[action='/me/second-factor/codes'] button").click();
  await page.locator(".codes li").first().waitFor().catch(() => problem("no paper"));
  if ((await page.locator(".codes li").count()) !== 10) problem("the paper has not ten codes");
  await look(page, "the recovery codes");
  await page.goto(`${demo.base}/me/second-factor`);
  await page.locator("form[action='/me/second-factor'] button").click();
  await page.locator("svg.qr").waitFor().catch(() => problem("no picture for the app"));
  await look(page, "beginning a second factor");
  await page.goto(`${demo.base}/me`);
  await page.locator(".me form[action='/lock'] button").click();
  await at(page, "/confirm", "the screen is closed by hand");
  await look(page, "the closed screen");
  looked.add("/confirm");
  await page.locator("#confirm button").click();
  await look(page, "the closed screen, with nothing entered");
  await context.close();
}

/** The draft is saved five seconds after the last key; then nothing more happens. */
async function draftSaved(page) {
  await page.clock.runFor(6000);
  await page.waitForTimeout(700);
}

/** Nobody there for a quarter of an hour: what was typed comes back, with the script. */
async function idle(browser, demo, role, path, field) {
  const context = await browser.newContext({ locale: "ja-JP", serviceWorkers: "block" });
  const page = await signIn(context, demo, role);
  await page.clock.install();
  await page.goto(demo.base + path);
  await page.fill(field, "見本 書きかけ");
  await draftSaved(page);
  await page.clock.fastForward("14:10");
  await page.locator(".idle:not([hidden])").waitFor({ timeout: 8000 })
    .catch(() => problem(`${path}: nothing says that the screen will be closed`));
  await page.clock.fastForward("01:00");
  await at(page, "/confirm", `${path} is closed after 15 minutes`);
  const other = await context.newPage();
  await other.goto(`${demo.base}/`);
  if (!other.url().includes("/confirm")) problem(`${path}: another page is still open`);
  await unlock(page, demo);
  await at(page, path, `${path} is open again`);
  await page.waitForFunction((f) => document.querySelector(f)?.value === "見本 書きかけ", field, { timeout: 8000 })
    .catch(() => problem(`${path}: what was typed is lost`));
  await look(page, `${path} with what was typed`);
  await context.close();
}

/** A telephone left on the table. */
async function family(browser, demo) {
  const context = await browser.newContext({ locale: "ja-JP", viewport: { width: 375, height: 800 }, serviceWorkers: "block" });
  const page = await signIn(context, demo, "family");
  await page.clock.install();
  await page.goto(`${demo.base}/mine`);
  await page.clock.fastForward("15:30");
  await at(page, "/confirm", "a family's screen is closed");
  await look(page, "a family's closed screen");
  await unlock(page, demo);
  await at(page, "/mine", "a family's screen is open again");
  await context.close();
}

/** Without the script: a form sent after the screen was closed in another window. */
async function late(browser, demo) {
  const context = await browser.newContext({ locale: "ja-JP", javaScriptEnabled: false });
  const page = await signIn(context, demo, "administrator");
  await page.goto(`${demo.base}/organisations/new`);
  await page.fill("[name=name]", "見本 はなれの事業所");
  const kind = page.locator("select[name=kind]");
  if (await kind.count()) await kind.selectOption({ index: 1 });
  else await page.locator("[name=kind]").first().check();
  const other = await context.newPage();
  await other.goto(`${demo.base}/me`);
  await other.locator(".me form[action='/lock'] button").click();
  await page.locator("main form[method=post] .savebar button").first().click();
  await at(page, "/confirm", "a form meets the closed screen");
  const told = await page.locator("main").innerText();
  if (!told.includes("送った内容は預かっています")) problem("nothing says that the form was kept");
  await unlock(page, demo);
  await page.goto(`${demo.base}/organisations`);
  if (!(await page.locator("main").innerText()).includes("見本 はなれの事業所")) problem("the kept form was not done");
  await context.close();
}

/** Somebody else at the same screen does not see what was being typed. */
async function another(browser, demo) {
  const context = await browser.newContext({ locale: "ja-JP", serviceWorkers: "block" });
  const page = await signIn(context, demo, "coordinator");
  await page.clock.install();
  await page.goto(`${demo.base}/clients/new`);
  await page.fill("[name=family]", "見本 ひみつ");
  await draftSaved(page);
  await page.clock.fastForward("15:30");
  await at(page, "/confirm", "the screen is closed");
  await page.locator("form[action='/logout'] button").click();
  await at(page, "/login", "somebody else signs in");
  await page.fill("[name=login]", "demo-nurse");
  await page.fill("[name=password]", demo.password);
  await page.press("[name=password]", "Enter");
  await page.waitForURL((url) => !url.pathname.startsWith("/login"));
  await page.goto(`${demo.base}/clients/new`);
  await page.waitForTimeout(500);
  if ((await page.locator("[name=family]").inputValue()) !== "") problem("somebody else sees what was being typed");
  await context.close();
}

export async function closedScreen(browser, demo) {
  console.log("story: the closed screen");
  await idle(browser, demo, "administrator", "/accounts/new", "[name=name]");
  await idle(browser, demo, "coordinator", "/clients/new", "[name=family]");
  await family(browser, demo);
  await late(browser, demo);
  await another(browser, demo);
}
