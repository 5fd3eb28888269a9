// The browser tests: node run.mjs [pages|stories|lock]
import { chromium as driver } from "playwright-core";
import { chromium, shots, start } from "./demo.mjs";
import { problems } from "./look.mjs";
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
  if (only !== "pages" && only !== "lock") await stories(browser, demo);
  if (only !== "pages") await closedScreen(browser, demo);
  if (only !== "stories" && only !== "lock") await everyPage(browser, demo);
} finally {
  await browser.close();
  demo.stop();
}
console.log(problems.length ? `\n${problems.length} problems; pictures in ${shots}` : "\nall well");
process.exit(problems.length ? 1 : 0);
