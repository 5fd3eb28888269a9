// What people do all day, by keyboard alone, without JavaScript, and with the line down.
import { signIn } from "./demo.mjs";
import { look, problem } from "./look.mjs";

/** Key presses that logging a consultation may take, words apart. */
const MOST = 25;

/** Presses keys and counts them; words are not counted. */
class Keys {
  presses = 0;
  constructor(page) {
    this.page = page;
  }
  async press(...keys) {
    for (const key of keys) {
      this.presses += key.split("+").length;
      await this.page.keyboard.press(key);
    }
  }
  async type(words) {
    await this.page.keyboard.type(words);
  }
  /** The element that has the focus. */
  at() {
    return this.page.evaluate(() => {
      const e = document.activeElement;
      const group = e.name ? [...document.getElementsByName(e.name)] : [];
      return {
        name: e.name ?? "", type: e.type ?? "", tag: e.tagName,
        answered: group.some((o) => o.checked), value: e.value ?? "",
      };
    });
  }
}

async function expectText(page, text, what) {
  const found = await page.locator("main").innerText();
  if (!found.includes(text)) problem(`${what}: 「${text}」 is not on ${page.url()}`);
  return found.includes(text);
}

/** Enters somebody new, who has no coordinator yet; the answer is the number. */
async function newcomer(page, base) {
  await page.goto(`${base}/clients/new`);
  for (const [name, text] of Object.entries({
    family: "星川", given: "ひかる", family_kana: "ほしかわ", given_kana: "ひかる",
    born_on_y: "7", born_on_m: "4", born_on_d: "2",
  })) await page.fill(`[name=${name}]`, text);
  await page.locator("[name=sex]").first().press("Space");
  await page.selectOption("[name=area]", "east");
  await page.press("[name=given]", "Control+Enter");
  await page.waitForURL(/\/clients\/M-\d+/);
  return page.url().match(/M-\d+/)[0];
}

/** Fills the form from its first field on with Tab, Space and words; sends it with Ctrl+Enter. */
async function logByKeyboard(page, base, number, words) {
  await page.goto(`${base}/`);
  const keys = new Keys(page);
  await keys.press("n");
  await page.waitForURL("**/consultations/new");
  let written = false;
  for (let n = 0; n < 40 && !written; n++) {
    await keys.press("Tab");
    const here = await keys.at();
    if (here.name === "client_q") {
      for (const digit of number.replace(/\D/g, "").replace(/^0+/, "")) await keys.press(digit);
      await page.waitForTimeout(500);
    } else if (["radio", "checkbox"].includes(here.type) && !here.answered && wanted(here.name)) {
      await keys.press("Space");
    } else if (here.tag === "TEXTAREA" && here.name === "text") {
      await keys.type(words);
      written = true;
    }
  }
  await keys.press("Control+Enter");
  await page.waitForLoadState();
  if (!(await expectText(page, "登録しました", "a consultation by keyboard"))) return;
  console.log(`  a consultation took ${keys.presses} key presses`);
  if (keys.presses > MOST) problem(`a consultation took ${keys.presses} key presses`);
}

function wanted(name) {
  return ["channel", "inquirer_kind", "scope", "topics", "topic"].includes(name);
}


async function consultationToStatistics(browser, demo) {
  console.log("story: from a call to the statistics");
  const context = await browser.newContext({ locale: "ja-JP" });
  const page = await signIn(context, demo, "officer");
  const reports = (await links(page, demo.base, "/reports")).filter((h) => /^\/reports\/\w+$/.test(h));
  const before = await figures(page, demo.base, reports);
  const number = await newcomer(page, demo.base);
  await logByKeyboard(page, demo.base, number, "退院のあとの訪問看護について相談があった。");
  await page.goto(`${demo.base}/consultations?client=${number}`);
  await expectText(page, "退院のあとの訪問看護", "the consultation in its list");
  const record = (await links(page, demo.base, page.url().slice(demo.base.length)))
    .find((h) => /^\/consultations\/[0-9a-f-]{36}$/.test(h));
  if (!record) return problem("the consultation is not linked from its list");
  await makeCase(page, demo.base, record, number);
  await writeNote(page, demo.base, number);
  const after = await figures(page, demo.base, reports);
  if (before === after) problem("the statistics did not notice the consultation");
  await context.close();
}

async function links(page, base, path) {
  if (page.url() !== base + path) await page.goto(base + path);
  return page.$$eval("main a[href]", (as) => as.map((a) => a.getAttribute("href").split("?")[0]));
}

async function figures(page, base, reports) {
  let all = "";
  for (const report of reports) {
    await page.goto(base + report);
    all += await page.locator("main table").first().innerText().catch(() => "");
  }
  return all;
}

async function makeCase(page, base, record, number) {
  await page.goto(`${base}${record}/case`);
  const form = page.locator("main form[method=post]").last();
  const from = form.locator("input[name=received_from]");
  if (!(await from.inputValue())) await from.fill("病院の医療ソーシャルワーカーから電話");
  const desk = form.locator("select").last();
  if (!(await desk.inputValue())) await desk.selectOption({ label: "医療的ケア相談支援センター" });
  await form.locator("button").last().press("Enter");
  await page.waitForLoadState();
  if (!page.url().includes("/requests/")) {
    return problem(`a case was not made: ${page.url()} ${(await page.locator("#summary").innerText().catch(() => ""))}`);
  }
  await look(page, "a proposal");
  await page.locator("input[name=account]").first().press("Space");
  const reason = page.locator("#assignment [name=reason]");
  if (await reason.count()) await reason.fill("経験があり、担当の重みが軽いため。");
  await page.locator("#assignment button").last().press("Enter");
  await page.waitForLoadState();
  await page.goto(`${base}/clients/${number}/assignments`);
  await expectText(page, "経験があり、担当の重みが軽いため", "the decision and its reason");
}

async function writeNote(page, base, number) {
  await page.goto(`${base}/clients/${number}/notes/new`);
  const form = page.locator("#case-note");
  for (const name of await form.locator("input[type=radio]").evaluateAll((rs) => [...new Set(rs.map((r) => r.name))])) {
    await form.locator(`input[name="${name}"]`).first().press("Space");
  }
  await form.locator("textarea[name=text]").fill("家庭を訪問し、今後の予定を確かめた。");
  await form.locator("textarea[name=text]").press("Control+Enter");
  await page.waitForLoadState();
  await page.goto(`${base}/clients/${number}/timeline`);
  await expectText(page, "家庭を訪問し、今後の予定を確かめた", "the case note on the timeline");
}

/** The same form without the script. */
async function withoutScript(browser, demo) {
  console.log("story: without JavaScript");
  const context = await browser.newContext({ locale: "ja-JP", javaScriptEnabled: false });
  const page = await signIn(context, demo, "coordinator");
  await page.goto(`${demo.base}/consultations/new`);
  const form = page.locator("#consultation");
  for (const name of ["channel", "inquirer_kind", "scope"]) {
    const choice = form.locator(`input[name="${name}"]`).first();
    if (await choice.count()) await choice.check();
  }
  await form.locator("input[name=scope][value=community]").check();
  await form.locator("textarea[name=text]").fill("研修の予定について、隣の区から問い合わせがあった。");
  await form.locator(".savebar button").first().press("Enter");
  await page.waitForLoadState();
  await expectText(page, "登録しました", "a consultation without JavaScript");
  await context.close();
}

/** The line goes down while somebody types, and the page is closed: nothing is lost. */
async function lineDown(browser, demo) {
  console.log("story: the line goes down");
  const words = "通信が切れているあいだに書いた文。";
  const context = await browser.newContext({ locale: "ja-JP" });
  const page = await signIn(context, demo, "nurse");
  await page.goto(`${demo.base}/consultations/new`);
  await context.setOffline(true);
  await page.locator("textarea[name=text]").pressSequentially(words);
  await page.locator(".saved.late").waitFor({ timeout: 15000 }).catch(() => problem("nobody says that the draft is not kept"));
  await context.setOffline(false);
  await page.locator("[data-draft-status]:not(.late)", { hasText: "下書きを保存しました" })
    .waitFor({ timeout: 15000 }).catch(() => problem("the draft is not kept when the line is back"));
  await page.goto(`${demo.base}/consultations/new`);
  const further = page.locator("main a", { hasText: "続きを書く" }).first();
  if (await further.count()) await further.press("Enter");
  await page.waitForLoadState();
  const kept = await page.locator("textarea[name=text]").inputValue();
  if (!kept.includes(words)) problem("what was typed while the line was down is lost");
  await context.close();
}

/** Era fields of a date in 令和. */
async function fillDate(form, name, [year, month, day]) {
  await form.locator(`[name=${name}_y]`).fill(`${year}`);
  await form.locator(`[name=${name}_m]`).fill(`${month}`);
  await form.locator(`[name=${name}_d]`).fill(`${day}`);
}

async function send(page, form) {
  await form.locator(".savebar button").first().click();
  await page.waitForLoadState();
}

/** What is not known of the person is answered until the programme's article says 使える. */
async function answerAll(page, base, number, name) {
  const article = page.locator("article.verdict", { hasText: name });
  for (let n = 0; n < 8; n++) {
    await page.goto(`${base}/clients/${number}/programmes`);
    const ask = article.locator("a", { hasText: "答えを記録する" }).first();
    if (!(await ask.count())) break;
    await ask.click();
    await page.waitForLoadState();
    const form = page.locator("#fact");
    await form.locator("[name=value]").first().selectOption("yes");
    await form.locator("[name=paper]").fill("書類の写し");
    await fillDate(form, "from", [8, 4, 1]);
    await send(page, form);
  }
  if (!(await article.locator(".vmark--yes").count())) problem(`${name} cannot be used by ${number}`);
  return article;
}

/** Taken, checked, approved on paper along the route, decided; the letter is looked at. */
async function decided(page, base, article) {
  await article.locator("a.btn").click();
  await page.waitForLoadState();
  const form = page.locator("#application");
  await form.locator("[name=applied_by]").fill("森田（母）");
  await fillDate(form, "starts_on", [8, 4, 1]);
  await send(page, form);
  if (!(await page.locator("#assessment").count())) {
    return problem(`the application is not open: ${await page.locator("main").innerText()}`);
  }
  await page.locator("#assessment input[value=award]").check();
  await send(page, page.locator("#assessment"));
  for (let n = 0; n < 5 && (await page.locator("#approve-step").count()); n++) {
    const step = page.locator("#approve-step");
    await step.locator("input[value=approved]").check();
    await step.locator("input[value=paper]").check();
    await step.locator("[name=approver]").fill("課長 山本");
    await send(page, step);
  }
  await send(page, page.locator("#decision"));
  await page.goto(`${page.url()}/letter`);
  const letter = await page.locator("article.letter").innerText();
  if (!/\d+み障支第\d+号/.test(letter)) problem(`the letter has no number: ${letter.slice(0, 80)}`);
  if (!letter.includes("教示")) problem("the letter does not say how to appeal");
  await look(page, "letter");
}

/** A month's visits as a file; the page with the differences comes back. */
async function report(page, base, month, rows) {
  await page.goto(`${base}/usage/${month}`);
  const text = ["利用者番号,利用日,開始,終了,担い手,場所,目的", ...rows].join("\r\n");
  await page.locator("#file").setInputFiles({
    name: "jisseki.csv", mimeType: "text/csv", buffer: Buffer.from(text, "utf8"),
  });
  await page.locator("#upload button").click();
  await page.waitForLoadState();
}

async function take(page, what) {
  const button = page.locator("#differences .savebar button");
  if (!(await button.count())) return problem(`${what}: ${await page.locator("main").innerText()}`);
  await button.click();
  await page.waitForLoadState();
}

/** From "what can we get" to an approved award; visits until the hours are used up. */
async function respite(browser, demo) {
  console.log("story: from what a family can get to the visit that is one too many");
  const context = await browser.newContext({ locale: "ja-JP" });
  const page = await signIn(context, demo, "officer");
  const { base } = demo;
  const station = await browser.newContext({ locale: "ja-JP" });
  const body = await signIn(station, demo, "operator");
  await body.goto(`${base}/clients`);
  const link = body.locator("main a", { hasText: "森田 かい" }).first();
  const number = (await link.getAttribute("href")).match(/M-\d+/)[0];
  await page.goto(`${base}/programmes/home_respite`);
  const bodies = page.locator("form#body");
  await bodies.locator("[name=kind]").selectOption({ label: "訪問看護ステーション" });
  await bodies.locator("[name=name]").fill("訪問看護こもれび");
  await fillDate(bodies, "valid_from", [8, 4, 1]);
  await send(page, bodies);
  const name = "在宅レスパイト";
  await decided(page, base, await answerAll(page, base, number, name));
  const visit = (month, day, hour) =>
    `${number},2026-${month}-${day},${hour}:00,${hour + 4}:00,看護師,居宅,休養`;
  // 276 of the 288 hours in October; three visits are left.
  const october = [];
  for (let n = 0; n < 69; n++) {
    october.push(visit("10", `${1 + Math.floor(n / 3)}`.padStart(2, "0"), 8 + 5 * (n % 3)));
  }
  await report(body, base, "2026-10", october);
  await take(body, "69 visits in October");
  await report(body, base, "2026-11", [2, 4, 6].map((day) => visit("11", `0${day}`, 9)));
  await take(body, "three visits in November");
  await report(body, base, "2026-11", [visit("11", "09", 9)]);
  await expectText(body, "入れられません", "the visit that is one too many");
  await expectText(body, "年間288時間まで", "the visit that is one too many");
  await expectText(body, "令和7年度からの変更内容", "the clause of the cap");
  await page.goto(`${base}/clients/${number}/ledger`);
  await expectText(page, "288時間", "what was used");
  await look(page, "ledger");
  await context.close();
  await station.close();
}

export async function stories(browser, demo) {
  await respite(browser, demo);
  await consultationToStatistics(browser, demo);
  await withoutScript(browser, demo);
  await lineDown(browser, demo);
}
