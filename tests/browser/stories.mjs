// Stories by keyboard alone: no pointer, counted key presses, nothing typed lost.
import { ROLES, signIn } from "./demo.mjs";
import { problem } from "./look.mjs";

/** A keyboard that counts what is not free text. */
function keyboard(page) {
  const keys = { count: 0 };
  keys.press = async (key, times = 1) => {
    for (let n = 0; n < times; n += 1) {
      keys.count += key.split("+").length;
      await page.keyboard.press(key);
    }
  };
  keys.type = (text) => page.keyboard.insertText(text);
  /** Tabs until the control with this name has the focus; at most `most` presses. */
  keys.reach = async (name, most = 60) => {
    for (let n = 0; n < most; n += 1) {
      const at = await page.evaluate(() => document.activeElement?.getAttribute("name") ?? "");
      if (at === name) return;
      await keys.press("Tab");
    }
    throw new Error(`the keyboard does not reach '${name}' within ${most} presses`);
  };
  return keys;
}

function hold(true_, words) {
  if (!true_) problem(words);
  else console.log(`  ok ${words}`);
}

const saved = (page) => page.waitForURL(/\/consultations\/[0-9a-f-]{36}/);

/** A call from another municipality: nobody's case. */
async function community(page, base) {
  await page.goto(base);
  const keys = keyboard(page);
  await keys.press("n");
  await page.waitForURL(/consultations\/new/);
  await keys.press("ArrowRight");
  await keys.reach("inquirer_kind");
  await page.keyboard.press("ArrowRight");
  const chosen = () => page.evaluate(() => document.activeElement?.value);
  keys.count += 1;
  for (let n = 0; n < 8 && await chosen() !== "municipality"; n += 1) await keys.press("ArrowRight");
  await keys.reach("text");
  await keys.type("来年度の受入れについて、他区の取組を知りたい");
  await keys.press("Control+Enter");
  await saved(page);
  hold(keys.count <= 25, `a community consultation takes ${keys.count} key presses (at most 25)`);
}

/** A mother calls; the answer is the address of the consultation. */
async function individual(page, base, number) {
  await page.goto(base);
  const keys = keyboard(page);
  await keys.press("n");
  await page.waitForURL(/consultations\/new/);
  await keys.reach("client");
  for (const letter of number.replace(/\D/g, "")) await keys.press(letter);
  await keys.reach("text");
  await keys.type("担当してくれる人を探してほしい。学校のことも相談したい");
  await keys.press("Control+Enter");
  await saved(page);
  hold(keys.count <= 25, `a consultation about a person takes ${keys.count} key presses (at most 25)`);
  return page.url();
}

/** Reaches a control by Tab and answers it, without counting. */
async function answer(page, keys, name, text) {
  await keys.reach(name, 120);
  await page.keyboard.press("Control+a");
  await keys.type(text);
}

/** The consultation becomes a case, somebody takes it, a note is written. */
async function fromCallToCase(page, base, number) {
  const keys = keyboard(page);
  const consultation = await individual(page, base, number);
  await page.goto(`${new URL(consultation).origin}${new URL(consultation).pathname}/case`);
  await keys.reach("received_from", 120);
  await page.keyboard.press("Control+a");
  await keys.type("母から電話");
  await keys.press("Control+Enter");
  await page.waitForURL(/\/requests\//);
  await keys.reach("account", 120);
  await page.keyboard.press("Space");
  await answer(page, keys, "reason", "地区が同じで、目安の範囲に収まるため");
  await keys.press("Control+Enter");
  await page.waitForURL((url) => !url.pathname.startsWith("/requests/"), { timeout: 20000 });
  await page.goto(`${base}/clients/${number}/notes/new`);
  await keys.reach("kind", 120);
  await page.keyboard.press("Space");
  await answer(page, keys, "text", "母に電話し、家庭訪問の日を決めた");
  await keys.press("Control+Enter");
  await page.waitForURL(/\/notes\/new\?saved|\/case-notes\/|timeline/);
  await page.goto(`${base}/clients/${number}/timeline`);
  const text = await page.innerText("main");
  hold(text.includes("家庭訪問の日を決めた"), "the note stands in the timeline");
  hold(text.includes("学校のことも相談したい"), "the consultation stands in the timeline");
}

/** The first number of the centre's report for this fiscal year: individual support by families. */
async function counted(page, base) {
  await page.goto(`${base}/reports`);
  const href = await page.$$eval("main a[href^='/reports/']", (as) =>
    as.map((a) => a.getAttribute("href")).find((h) => h.includes("centre")) ?? as[0]?.getAttribute("href"));
  await page.goto(base + href);
  const figures = await page.$$eval("tbody tr:first-child td a", (as) => as.map((a) => Number(a.textContent)));
  return figures[0] ?? 0;
}

async function withoutScript(browser, demo) {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await signIn(context, demo, "coordinator");
  await page.goto(`${demo.base}/consultations/new`);
  await page.check("[name=scope][value=community]");
  await page.fill("[name=text]", "スクリプトなしの記録");
  await page.press("[name=minutes]", "Enter");
  await page.waitForURL(/\/consultations\/[0-9a-f-]{36}/);
  hold((await page.content()).includes("スクリプトなしの記録"), "a consultation is logged without script");
  await context.close();
}

/** The connection is lost while typing; it comes back; the draft is there on the next visit. */
async function offline(browser, demo) {
  const context = await browser.newContext();
  const page = await signIn(context, demo, "coordinator");
  await page.goto(`${demo.base}/consultations/new`);
  await context.setOffline(true);
  await page.click("#text");
  await page.keyboard.type("通信が切れている間に打った言葉");
  await page.waitForFunction(() =>
    document.querySelector("[data-draft-status]")?.textContent.includes("保存できていません"), null, { timeout: 15000 });
  await context.setOffline(false);
  await page.waitForFunction(() =>
    document.querySelector("[data-draft-status]")?.textContent.includes("保存しました"), null, { timeout: 20000 });
  await page.goto(`${demo.base}/consultations/new`);
  await page.click("a:has-text('続きを書く')");
  const kept = await page.inputValue("#text");
  hold(kept === "通信が切れている間に打った言葉", "what was typed while offline is kept");
  await context.close();
}

export async function stories(browser, demo) {
  console.log("stories");
  for (const role of ROLES) {
    const context = await browser.newContext();
    const page = await signIn(context, demo, role);
    hold((await page.$$("h1")).length === 1, `${role} signs in to a page with one heading`);
    await context.close();
  }
  const context = await browser.newContext();
  const page = await signIn(context, demo, "coordinator");
  const before = await counted(page, demo.base);
  await page.goto(`${demo.base}/clients?standing=unassigned`);
  const href = await page.getAttribute("tbody th a", "href");
  await community(page, demo.base);
  await fromCallToCase(page, demo.base, href.split("/").pop());
  const after = await counted(page, demo.base);
  hold(after === before + 1, `the statistics count it (${before} before, ${after} after)`);
  await context.close();
  await withoutScript(browser, demo);
  await offline(browser, demo);
}
