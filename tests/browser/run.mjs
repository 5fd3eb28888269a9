// The browser tests: node run.mjs [pages|stories]
import { chromium as driver } from "playwright-core";
import { chromium, shots, start } from "./demo.mjs";
import { problems } from "./look.mjs";
import { everyPage } from "./pages.mjs";
import { stories } from "./stories.mjs";

const [only] = process.argv.slice(2);
const demo = await start();
const browser = await driver.launch({
  executablePath: chromium(),
  args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"],
});
try {
  if (only !== "pages") await stories(browser, demo);
  if (only !== "stories") await everyPage(browser, demo);
} finally {
  await browser.close();
  demo.stop();
}
console.log(problems.length ? `\n${problems.length} problems; pictures in ${shots}` : "\nall well");
process.exit(problems.length ? 1 : 0);
