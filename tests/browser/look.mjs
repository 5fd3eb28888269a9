// What is asked of every page: nothing from axe-core, no scrolling sideways, no id twice.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { shots } from "./demo.mjs";

const require = createRequire(import.meta.url);
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

export const WIDTHS = [1280, 375];
export const problems = [];

export function problem(text) {
  problems.push(text);
  console.log(`  NG ${text}`);
}

/** Every rule of axe-core, at both widths. `what` names the page in a message. */
export async function look(page, what) {
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    const { violations } = await page.evaluate(
      `${axe}; axe.run(document, { resultTypes: ["violations"] })`,
    );
    for (const v of violations) {
      const where = v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160)).join("\n      ");
      problem(`${what} at ${width}: ${v.id} (${v.help})\n      ${where}`);
    }
    const wide = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    if (wide > 0) problem(`${what} at ${width}: scrolls sideways by ${wide} px`);
    if (violations.length || wide > 0) {
      const name = what.replace(/[^\w]+/g, "_").slice(0, 80);
      await page.screenshot({ path: join(shots, `${name}-${width}.png`), fullPage: true });
    }
  }
  const twice = await page.evaluate(() => {
    const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
    return [...new Set(ids.filter((id, at) => ids.indexOf(id) !== at))];
  });
  if (twice.length) problem(`${what}: these ids stand twice: ${twice.join(", ")}`);
  await page.setViewportSize({ width: 1280, height: 900 });
}
