// The review page in a real browser: node review.mjs VIDAU FOLDER
// FOLDER takes what is written; VIDAU is the program.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { chromium } from "playwright-core";

const [program, folder] = process.argv.slice(2).map((p) => resolve(p));
const fixtures = resolve(import.meta.dirname, "../../data/fixtures");
const at = (name) => join(folder, name);
const vidau = (...args) => execFileSync(program, args, { cwd: folder });

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
});

/** The page, opened without a network; anything that goes wrong in it fails the test. */
async function open(name, [width, height] = [1366, 768], locale = "en") {
  const context = await browser.newContext({ viewport: { width, height }, locale, offline: true });
  const page = await context.newPage();
  page.on("pageerror", (e) => assert.fail(e));
  page.on("console", (m) => assert.notEqual(m.type(), "error", m.text()));
  page.on("dialog", (d) => assert.fail(d.message()));
  page.on("request", (r) => assert.match(r.url(), /^(file|data|blob):/));
  await page.goto("file://" + at(name));
  return page;
}

async function exported(page, button, name) {
  const [download] = await Promise.all([page.waitForEvent("download"), page.focus(button).then(() => page.keyboard.press("Enter"))]);
  assert.equal(download.suggestedFilename(), name);
  await download.saveAs(at(name));
  return readFileSync(at(name), "utf8");
}

const press = async (page, ...keys) => {
  for (const key of keys) await page.keyboard.press(key);
};
const change = async (page) => (await page.locator("#card-change").innerText()).replace(/\s+/g, " ");
const shown = (page) => page.locator("#queue-count").innerText();

async function search(page, text) {
  await press(page, "/");
  await page.keyboard.press("Control+A");
  await page.keyboard.type(text);
  await press(page, "Escape");
}

async function decidesByKeyboard() {
  const text = "\uFEFFUY BAN NHAN DAN XA\r\n\r\nThuc hien cong tac dan van 😀 va dan so\r\n" +
    "</script><script>alert(1)</script><img src=x onerror=alert(2)> \"'&amp; <!--\r\nBan hanh ke hoach dan van\r\n";
  writeFileSync(at("small.txt"), text);
  vidau("review", "small.txt", "-o", "small.html");
  const page = await open("small.html");
  assert.ok((await page.locator("#lines").innerText()).includes("</script><script>alert(1)</script><img src=x onerror=alert(2)> \"'&amp; <!--"));
  // One accepted, one typed, one rejected, one as another reading, and all of a pattern.
  await search(page, "Thuc");
  assert.equal(await change(page), "Thuc → Thực");
  await press(page, "a");
  await search(page, "hien");
  await press(page, "e");
  await page.keyboard.type("hiển");
  await press(page, "Enter");
  await search(page, "cong");
  await press(page, "r");
  await search(page, "dan");
  await page.selectOption("#order", "text");
  await search(page, "dan → x");
  assert.match(await shown(page), /^0 of/);
  await search(page, "dan");
  assert.equal(await change(page), "DAN → DÂN");
  await press(page, "n");
  assert.equal(await change(page), "dan → dân");
  await press(page, "Shift+A");
  assert.equal(await page.locator("#toast").innerText(), "3 places: accepted");
  assert.match(await page.locator("#progress-text").innerText(), /^6 of/);
  await press(page, "u");
  assert.match(await page.locator("#progress-text").innerText(), /^3 of/);
  await press(page, "Shift+A");
  await page.fill("#reviewer", "Lan");
  // What was decided outlives the page.
  await page.reload();
  assert.match(await page.locator("#progress-text").innerText(), /^6 of/);
  const decisions = JSON.parse(await exported(page, "#export", "small.txt.decisions.json"));
  assert.equal(decisions.schema, "vidau.decisions/1");
  assert.equal(decisions.reviewer, "Lan");
  assert.deepEqual(decisions.decisions.map((d) => [d.before, d.action, d.after]), [
    ["Thuc", "accept", "Thực"], ["hien", "edit", "hiển"], ["cong", "reject", undefined],
    ["dan", "accept", "dân"], ["dan", "accept", "dân"], ["dan", "accept", "dân"],
  ]);
  const expected = text.replace("Thuc hien", "Thực hiển").replaceAll("dan", "dân");
  assert.equal(vidau("apply", "small.txt.decisions.json", "small.txt").toString(), expected);
  assert.equal(await exported(page, "#export-words", "words.txt"), "cong\nhiển\n");
  // Loaded into a page that knows nothing of them, they are the same.
  const other = await open("small.html", [1366, 768], "vi");
  await other.setInputFiles("#import-file", at("small.txt.decisions.json"));
  await other.waitForSelector("#toast.on");
  assert.match(await other.locator("#progress-text").innerText(), /^Đã duyệt 6 /);
  await other.fill("#reviewer", "Lan");
  const again = JSON.parse(await exported(other, "#export", "small.txt.decisions.json"));
  assert.deepEqual(again.decisions, decisions.decisions);
}

async function decidesByMouse() {
  copyFileSync(join(fixtures, "ke-hoach.eng.hocr"), at("ke-hoach.eng.hocr"));
  vidau("review", "ke-hoach.eng.hocr", "-o", "scan.html", "--image", fixtures);
  const page = await open("scan.html");
  // Least sure first.
  const sure = await page.locator(".q .p").allInnerTexts();
  const numbers = sure.map((s) => parseInt(s, 10));
  assert.deepEqual(numbers, [...numbers].sort((a, b) => a - b));
  // Filters: by kind, by confidence, by state.
  const all = parseInt(await shown(page), 10);
  await page.uncheck("#kind-letters");
  const few = parseInt(await shown(page), 10);
  assert.ok(few > 0 && few < all);
  await page.locator("#most").fill("90");
  assert.ok(parseInt(await shown(page), 10) < few);
  await page.check("#kind-letters");
  await page.locator("#most").fill("100");
  await page.selectOption("#state", "unsure");
  const first = await change(page);
  await page.click("#accept");
  assert.notEqual(await change(page), first);
  await page.click("#reject");
  await page.selectOption("#state", "decided");
  assert.match(await shown(page), /^2 of/);
  await page.selectOption("#state", "all");
  // A word in the text, its box on the scan, another reading.
  await page.locator("#lines .m.sure").first().click();
  const box = page.locator("#stage rect.current");
  assert.equal(await box.count(), 1);
  const [b, v] = [await box.boundingBox(), await page.locator("#viewport").boundingBox()];
  assert.ok(b.y >= v.y && b.y + b.height <= v.y + v.height && b.x >= v.x && b.x + b.width <= v.x + v.width, "the box is in view");
  const other = page.locator("#others button").first();
  for (const unsure of await page.locator("#stage rect.unsure").all()) {
    await unsure.click();
    if (await other.count()) break; // A sign out of place has no other reading.
  }
  const reading = (await other.evaluate((e) => e.childNodes[1].data)).trim();
  await other.click();
  const decisions = JSON.parse(await exported(page, "#export", "ke-hoach.eng.hocr.decisions.json"));
  assert.equal(decisions.decisions.length, 3);
  assert.ok(decisions.decisions.some((d) => d.after === reading || d.action === "reject"));
  // Every other byte of the file stays.
  let expected = readFileSync(at("ke-hoach.eng.hocr"));
  for (const d of decisions.decisions.toReversed()) {
    assert.equal(expected.subarray(...d.span).toString(), d.before);
    const after = Buffer.from(d.action === "reject" ? d.before : d.after);
    expected = Buffer.concat([expected.subarray(0, d.span[0]), after, expected.subarray(d.span[1])]);
  }
  const applied = vidau("apply", "ke-hoach.eng.hocr.decisions.json", "ke-hoach.eng.hocr");
  assert.ok(applied.equals(expected));
}

/** Texts that are not readable enough: WCAG AA, 4.5 to 1. */
function faintTexts() {
  const channels = (color) => color.match(/[\d.]+/g).map(Number);
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const ground = (e) => {
    for (; e; e = e.parentElement) {
      const c = channels(getComputedStyle(e).backgroundColor);
      if (c.length === 3 || c[3] === 1) return c;
    }
    return [255, 255, 255];
  };
  const faint = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const e = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !e.checkVisibility({ visibilityProperty: true }) || e.closest("script, svg")) continue;
    const [a, b] = [light(channels(getComputedStyle(e).color)), light(ground(e))].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 4.5) faint.add(e.outerHTML.slice(0, 120));
  }
  return [...faint];
}

/** Controls that are cut off or lie under another. */
function hiddenControls() {
  const bad = [];
  for (const e of document.querySelectorAll("header *, #card button, #card input, #filters select, #filters input, #filters label, .bar button, .bar .legend, footer span")) {
    if (!e.checkVisibility({ visibilityProperty: true }) || ["PROGRESS"].includes(e.tagName)) continue;
    const r = e.getBoundingClientRect();
    if (r.width === 0) continue;
    if (r.left < 0 || r.top < 0 || r.right > innerWidth + 0.5 || r.bottom > innerHeight + 0.5) bad.push("outside: " + e.outerHTML.slice(0, 90));
    if (e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0 && !e.matches("input")) bad.push("cut: " + e.outerHTML.slice(0, 90));
  }
  if (document.documentElement.scrollWidth > innerWidth) bad.push("the page is too wide");
  return bad;
}

async function fitsTheScreen() {
  for (const size of [[1366, 768], [1920, 1080]]) {
    for (const locale of ["en", "vi"]) {
      const page = await open("scan.html", size, locale);
      assert.equal(await page.evaluate(() => document.documentElement.lang), locale);
      await press(page, "a", "r", "e");
      await page.keyboard.type("01");
      await press(page, "Enter");
      assert.deepEqual(await page.evaluate(faintTexts), []);
      assert.deepEqual(await page.evaluate(hiddenControls), [], `${size} ${locale}`);
      await page.locator("#lines .m.unsure").nth(4).click();
      await page.focus("#queue");
      await page.waitForTimeout(100);
      await page.screenshot({ path: at(`review-${size[0]}-${locale}.png`) });
      await press(page, "f");
      assert.deepEqual(await page.evaluate(faintTexts), []);
      await page.screenshot({ path: at(`figures-${size[0]}-${locale}.png`) });
      await press(page, "Escape", "?");
      await page.screenshot({ path: at(`help-${size[0]}-${locale}.png`) });
      await press(page, "Escape", "n");
      await page.context().close();
    }
  }
}

/** Calls of the page's functions since the last time, and seconds since it was opened.
 * Calls are what is held to a bound: they are the same on a busy machine. */
async function work(devtools) {
  const { result } = await devtools.send("Profiler.takePreciseCoverage");
  const functions = result.filter((script) => script.url.startsWith("file:")).flatMap((script) => script.functions);
  const calls = functions.reduce((sum, f) => sum + f.ranges[0].count, 0);
  const { metrics } = await devtools.send("Performance.getMetrics");
  const all = Object.fromEntries(metrics.map((m) => [m.name, m.value]));
  return { calls, script: all.ScriptDuration, layout: all.LayoutDuration + all.RecalcStyleDuration };
}

async function opensManyPages() {
  const names = [];
  for (let i = 0; i < 200; i++) {
    const name = `p${String(i).padStart(3, "0")}.hocr`;
    writeFileSync(at(name), readFileSync(join(fixtures, "ke-hoach.eng.hocr"), "utf8").replace("<title></title>", `<title>${i}</title>`));
    names.push(name);
  }
  const image = join(fixtures, "ke-hoach.png");
  vidau("review", ...names, "-q", "-o", "many.html", "--image", ...names.map(() => image));
  const context = await browser.newContext({ viewport: { width: 1366, height: 768 }, offline: true, locale: "en" });
  const page = await context.newPage();
  const devtools = await context.newCDPSession(page);
  await devtools.send("Performance.enable");
  await devtools.send("Profiler.enable");
  await devtools.send("Profiler.startPreciseCoverage", { callCount: true, detailed: false });
  await page.goto("file://" + at("many.html"));
  await page.waitForSelector(".q");
  const changes = Number(/of (\d+)/.exec(await shown(page))[1]);
  assert.ok(changes > 50_000);
  const opened = await work(devtools);
  console.log(`200 pages: ${await shown(page)}, ${opened.calls} calls, scripting ${opened.script.toFixed(2)} s, layout ${opened.layout.toFixed(2)} s`);
  assert.ok(opened.calls < 15 * changes, "sorting is what grows fastest");
  // All of a pattern, the figures, the last page, and on: each at once.
  await search(page, "hién → hiện");
  await press(page, "Shift+A");
  assert.match(await page.locator("#progress-text").innerText(), /^\d{3,} of/);
  await search(page, " ");
  await page.selectOption("#page", "199");
  await press(page, "f", "Escape");
  await page.focus("#queue");
  for (let i = 0; i < 20; i++) await press(page, "a");
  const worked = await work(devtools);
  console.log(`then 25 steps: ${worked.calls} calls, scripting ${(worked.script - opened.script).toFixed(2)} s`);
  assert.ok(worked.calls < 25 * 4 * changes, "a step looks at each change a few times");
  assert.ok(await page.evaluate(() => document.querySelectorAll("*").length) < 4000, "pages that are not shown are not in the document");
  const lines = (await exported(page, "#export", "decisions.jsonl")).trim().split("\n");
  assert.equal(lines.length, 200);
  const own = JSON.parse(lines[7]);
  assert.equal(own.file, "p007.hocr");
  const applied = vidau("apply", "decisions.jsonl", "p007.hocr").toString();
  const original = readFileSync(at("p007.hocr"), "utf8");
  assert.ok(applied.includes(">hiện<") && applied.length === original.length);
  await context.close();
}

try {
  await decidesByKeyboard();
  await decidesByMouse();
  await fitsTheScreen();
  await opensManyPages();
  console.log("the review page works");
} finally {
  await browser.close();
}
