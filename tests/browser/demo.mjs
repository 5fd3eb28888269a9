// Starts the demo in a folder of its own and stops it at the end.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));
export const shots = mkdtempSync(join(tmpdir(), "kakehashi-shots-"));

export const ROLES = [
  "coordinator", "officer", "nurse", "operator", "hospital",
  "school", "family", "prefecture", "auditor", "administrator",
];

/** { base, password, stop } of a demo whose today is 20 November 2026. */
export async function start() {
  const target = process.env.CARGO_TARGET_DIR ?? join(root, "target");
  const program = join(target, "debug", "kakehashi");
  const data = mkdtempSync(join(tmpdir(), "kakehashi-demo-"));
  const demo = spawn(program, [
    "demo", "--data", data, "--listen", "127.0.0.1:0", "--now", "2026-11-20",
  ], { stdio: ["ignore", "pipe", "inherit"] });
  const stop = () => {
    demo.kill("SIGINT");
    rmSync(data, { recursive: true, force: true });
  };
  process.on("exit", stop);
  const said = { base: "", password: "" };
  for await (const line of createInterface({ input: demo.stdout })) {
    said.base ||= line.match(/^(http:\/\/\S+?)\/?$/)?.[1] ?? "";
    said.password ||= line.match(/パスワードはどれも (.+?)）/)?.[1] ?? "";
    if (said.base && said.password) break;
  }
  demo.stdout.resume();
  return { ...said, stop };
}

/** Debian calls it chromium, others chromium-browser or google-chrome. */
export function chromium() {
  const names = ["chromium", "chromium-browser", "google-chrome"];
  const found = names.map((n) => join("/usr/bin", n)).find(existsSync);
  return process.env.CHROMIUM ?? found ?? "chromium";
}

export async function signIn(context, demo, role) {
  const page = await context.newPage();
  await page.goto(`${demo.base}/login`);
  await page.fill("[name=login]", `demo-${role}`);
  await page.fill("[name=password]", demo.password);
  await page.press("[name=password]", "Enter");
  await page.waitForURL((url) => !url.pathname.startsWith("/login"));
  return page;
}
