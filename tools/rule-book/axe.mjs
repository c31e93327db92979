// Looks at rule books in a browser.
//
//   node axe.mjs [--shots DIR] BOOK/index.html …
//
// Runs axe on each page, light and dark, on a phone and a laptop, with the search in use; says every violation and ends
// with 1 where there is one. Nothing is fetched: a request to anything but the page itself is a violation, too.
// CHROMIUM names the browser (default /usr/bin/chromium).

import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const axePath = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const words = process.argv.slice(2);
const at = words.indexOf("--shots");
const shots = at >= 0 ? words.splice(at, 2)[1] : null;
if (words.length === 0) {
  console.error("name the pages to look at: node axe.mjs BOOK/index.html …");
  process.exit(2);
}
if (shots) mkdirSync(shots, { recursive: true });

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
});
let violations = 0;
const say = (text) => {
  violations += 1;
  console.log(text);
};

for (const file of words) {
  const url = pathToFileURL(resolve(file)).href;
  const name = basename(dirname(resolve(file)));
  for (const [size, viewport] of [["phone", { width: 390, height: 844 }], ["laptop", { width: 1366, height: 900 }]]) {
    for (const colorScheme of ["light", "dark"]) {
      const context = await browser.newContext({ viewport, colorScheme, bypassCSP: true });
      const page = await context.newPage();
      const where = `${name}, ${size}, ${colorScheme}`;
      page.on("request", (r) => r.url().split("#")[0] === url || say(`${where}: fetches ${r.url()}`));
      page.on("pageerror", (e) => say(`${where}: script error: ${e.message}`));
      await page.goto(url);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      if (wide > 0) say(`${where}: the page scrolls sideways by ${wide} px`);
      if (shots) await page.screenshot({ path: join(shots, `${name}-${size}-${colorScheme}.png`) });
      await page.addScriptTag({ path: axePath });
      for (const state of ["as opened", "searching"]) {
        if (state === "searching") {
          await page.fill("#query", "when");
          const hits = await page.locator("#hits li").count();
          if (hits === 0) say(`${where}: the search finds nothing`);
        }
        const found = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
        for (const v of found.violations) {
          say(`${where}, ${state}: ${v.id} (${v.impact}): ${v.help}; ${v.nodes.length} places`);
          for (const node of v.nodes.slice(0, 4)) console.log(`    ${node.target.join(" ")}: ${node.failureSummary?.split("\n")[1]?.trim() ?? ""}`);
        }
      }
      await context.close();
    }
  }
}
await browser.close();
console.log(violations === 0 ? "no violation" : `${violations} violations`);
process.exit(violations === 0 ? 0 : 1);
