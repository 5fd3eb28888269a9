// The browser tests: node run.mjs [pages|stories|lock|hostile]
import { chromium as driver } from "playwright-core";
import { chromium, shots, start } from "./demo.mjs";
import { problems } from "./look.mjs";
import { hostile } from "./hostile.mjs";
import { closedScreen } from "./lock.mjs";
import { everyPage } from "./pages.mjs";
import { stories } from "./stories.mjs";

const [only] = process.argv.slice(2);
const demo = await start();
const browser = await driver.launch({
  executablePath: chromium(),
  args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"],
});
try {
  if (!only || only === "stories") await stories(browser, demo);
  if (!only || only === "stories" || only === "lock") await closedScreen(browser, demo);
  if (!only || only === "pages") await everyPage(browser, demo);
  // Last: afterwards the ward is full of what was typed.
  if (!only || only === "hostile") await hostile(browser, demo, { roles: ["officer", "family"], seconds: 90 });
} finally {
  await browser.close();
  demo.stop();
}
console.log(problems.length ? `\n${problems.length} problems; pictures in ${shots}` : "\nall well");
process.exit(problems.length ? 1 : 0);
