const $ = (id) => document.getElementById(id);

/** An element; children are text, never markup: what was scanned is hostile. */
function h(tag, props = {}, ...children) {
  const svg = ["svg", "rect", "text", "line"].includes(tag);
  const element = svg
    ? document.createElementNS("http://www.w3.org/2000/svg", tag)
    : document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

const started = performance.now();
const data = JSON.parse($("data").textContent);
$("data").remove();

const KINDS = ["marks", "letters", "blanks", "rule", "kept"];
const SIGNS = { sure: "•", unsure: "?", accept: "✓", reject: "✗", edit: "✎" };
const ROW = 30;

// ---- What is to be decided

const places = [];
const patterns = new Map();
data.pages.forEach((page, pageIndex) => {
  page.first = places.length;
  page.numbers = numbersOf(page);
  for (const p of page.places) {
    const before = page.lines[p.line].slice(p.at[0], p.at[1]);
    const kept = before === p.after;
    const place = {
      index: places.length, page: pageIndex, line: p.line, at: p.at, span: p.span, before,
      after: p.after, kind: kept || p.kind === "unsure" ? "kept" : p.kind, confidence: p.confidence,
      flagged: p.flagged, others: p.others, box: p.box, engine: p.engine, decision: null,
      pattern: before + "\n" + p.after,
    };
    places.push(place);
    const same = patterns.get(place.pattern);
    if (same) same.push(place);
    else patterns.set(place.pattern, [place]);
  }
  page.places = places.slice(page.first);
});
/** Numbers of a page's lines; where the format has no empty lines, they have none. */
function numbersOf(page) {
  let number = page.from - 1;
  const counts = (line) => data.files[page.file].is_text || line.trim() !== "";
  return page.lines.map((line) => (counts(line) ? ++number : number));
}

const leastSure = [...places].sort((a, b) => a.confidence - b.confidence || a.index - b.index);

/** Decisions that were loaded, of places that this model does not show. */
const extras = data.files.map(() => []);
const history = [];
let visible = [];
let current = null;
let shownPage = -1;
let zoom = 1;
let labels = LABELS.en;
let keysOn = true;
let decidedCount = 0;

const format = (name, ...values) => labels[name].replace(/\{(\d)\}/g, (_, i) => values[i]);
const percent = (thousandths) => Math.floor(thousandths / 10);
const stateOf = (p) => (p.decision ? p.decision.action : p.flagged ? "unsure" : "sure");
const textOf = (p) => {
  if (!p.decision) return p.after;
  return p.decision.action === "reject" ? p.before : p.decision.after;
};

function set(place, decision) {
  decidedCount += (decision ? 1 : 0) - (place.decision ? 1 : 0);
  place.decision = decision;
}

/** Decides on places together, so that they are undone together. */
function decide(group, decision) {
  if (group.length === 0) return;
  history.push({ at: current, before: group.map((p) => [p, p.decision]) });
  for (const p of group) set(p, decision(p));
  changed(group);
}

const accepting = (p) => ({ action: "accept", after: p.after });
const rejecting = () => ({ action: "reject" });
const sameOpen = (p) => patterns.get(p.pattern).filter((q) => !q.decision);

function decideCurrent(decision) {
  const place = current;
  if (!place) return;
  const at = visible.indexOf(place);
  decide([place], decision);
  moveOn(place, at);
}

function decideAll(place, decision, label) {
  if (!place) return;
  const at = visible.indexOf(current);
  const group = sameOpen(place);
  decide(group, decision);
  toast(format("didAll", group.length, labels[label]));
  if (current && current.decision) moveOn(current, at);
}

/** The next open change after the one at this place of the queue. */
function moveOn(place, at) {
  const from = visible[at] === place ? at + 1 : at;
  let next = visible.slice(Math.max(from, 0)).find((p) => !p.decision);
  next ??= visible.find((p) => !p.decision);
  select(next ?? visible[Math.min(Math.max(at, 0), visible.length - 1)] ?? null);
}

function undo() {
  const step = history.pop();
  if (!step) return;
  for (const [place, decision] of step.before) set(place, decision);
  changed(step.before.map(([place]) => place));
  select(step.at);
}

function useText(text) {
  if (!current) return;
  const clean = text.normalize("NFC").replace(/\s+/g, " ").trim();
  if (clean === "") {
    toast(labels.empty);
    return;
  }
  decideCurrent((p) => {
    if (clean === p.after) return accepting(p);
    return clean === p.before ? rejecting() : { action: "edit", after: clean };
  });
}

function changed(group) {
  store();
  filter();
  for (const p of group) if (p.page === shownPage) drawPlace(p);
  drawProgress();
  drawCard();
}

// ---- The queue

function filter() {
  const state = $("state").value;
  const kinds = new Set(KINDS.filter((k) => $("kind-" + k)?.checked ?? true));
  const most = Number($("most").value) * 10 + 9;
  const wanted = $("search").value.normalize("NFC").trim().toLowerCase();
  const fits = (p) => {
    if (state === "open" && p.decision) return false;
    if (state === "unsure" && (p.decision || !p.flagged)) return false;
    if (state === "decided" && !p.decision) return false;
    if (!kinds.has(p.kind) || p.confidence > most) return false;
    return !wanted || (p.before + " → " + textOf(p)).toLowerCase().includes(wanted);
  };
  visible = ($("order").value === "sure" ? leastSure : places).filter(fits);
  $("queue-rows").style.height = visible.length * ROW + "px";
  $("queue-count").textContent = format("shown", visible.length, places.length);
  drawQueue();
}

function refilter() {
  filter();
  if (!visible.includes(current)) select(visible[0] ?? null);
  else showInQueue();
}

function drawQueue() {
  const queue = $("queue");
  const first = Math.max(0, Math.floor(queue.scrollTop / ROW) - 4);
  const last = Math.min(visible.length, first + Math.ceil(queue.clientHeight / ROW) + 9);
  const rows = [];
  for (let i = first; i < last; i++) {
    const p = visible[i];
    const state = stateOf(p);
    const words = p.before === textOf(p) ? p.before : p.before + " → " + textOf(p);
    rows.push(h("div", {
      class: "q", role: "option", id: "q-" + p.index, style: `top:${i * ROW}px`,
      "aria-selected": p === current, "aria-posinset": i + 1, "aria-setsize": visible.length,
      onclick: () => select(p),
    },
    h("span", { class: "sign", "aria-hidden": "true" }, SIGNS[state]),
    h("span", { class: "words" }, words),
    h("span", { class: "p" }, percent(p.confidence) + " %")));
  }
  if (visible.length === 0) {
    rows.push(h("p", {}, decidedCount === places.length ? labels.allDone : labels.none));
  }
  $("queue-rows").replaceChildren(...rows);
  if (current) queue.setAttribute("aria-activedescendant", "q-" + current.index);
  else queue.removeAttribute("aria-activedescendant");
}

function showInQueue() {
  const at = visible.indexOf(current);
  const queue = $("queue");
  if (at >= 0) {
    const top = at * ROW;
    if (top < queue.scrollTop + ROW) queue.scrollTop = Math.max(0, top - ROW);
    const end = queue.scrollTop + queue.clientHeight - 2 * ROW;
    if (top > end) queue.scrollTop = top + 2 * ROW - queue.clientHeight;
  }
  drawQueue();
}

function step(by) {
  const at = visible.indexOf(current);
  const next = at < 0 ? 0 : Math.min(Math.max(at + by, 0), visible.length - 1);
  if (visible[next]) select(visible[next]);
}

function select(place) {
  const last = current;
  current = place;
  if (place) showPage(place.page);
  for (const p of [last, place]) if (p && p.page === shownPage) drawPlace(p);
  showInQueue();
  drawCard();
  if (place) bringIntoView(place);
}

function drawCard() {
  const p = current;
  for (const id of ["accept", "reject", "typed-text"]) $(id).disabled = !p;
  $("typed").querySelector("button").disabled = !p;
  $("undo").disabled = history.length === 0;
  const same = p ? sameOpen(p).length : 0;
  $("accept-all").disabled = $("reject-all").disabled = same === 0;
  $("pattern-text").textContent = format("same", same);
  $("card-before").textContent = p ? p.before : "";
  $("card-after").textContent = p ? textOf(p) : "–";
  $("others").replaceChildren();
  if (!p) {
    $("card-where").textContent = $("card-state").textContent = $("card-facts").textContent = "";
    $("typed-text").value = "";
    return;
  }
  const page = data.pages[p.page];
  const state = stateOf(p);
  const names = { accept: "accepted", reject: "rejected", edit: "edited" };
  $("card-where").textContent = `${pageName(page)}, ${format("line", page.numbers[p.line])}`;
  $("card-state").textContent = SIGNS[state] + " " + labels[names[state] ?? state];
  const facts = [labels[p.kind], format("sureness", percent(p.confidence))];
  if (p.engine !== undefined) facts.push(format("engine", p.engine));
  $("card-facts").textContent = facts.join(" · ");
  p.others.slice(0, 9).forEach(([text, thousandths], i) => {
    $("others").append(h("button", { type: "button", onclick: () => useText(text) },
      h("kbd", {}, String(i + 1)), " " + text + " ", h("small", {}, percent(thousandths) + " %")));
  });
  $("typed-text").value = textOf(p);
  $("live").textContent = `${p.before} → ${textOf(p)}, ${facts.join(", ")}, ${$("card-state").textContent}`;
}

// ---- The page

const pageName = (page) => {
  const name = format("pageOf", page.number);
  return data.files.length > 1 ? `${baseName(data.files[page.file].name)}, ${name}` : name;
};
const baseName = (path) => path.split(/[\\/]/).pop();

function showPage(index) {
  if (index === shownPage) return;
  shownPage = index;
  const page = data.pages[index];
  $("page").value = String(index);
  $("page-before").disabled = index === 0;
  $("page-after").disabled = index === data.pages.length - 1;
  $("page-file").textContent = data.files[page.file].name;
  $("page-file").title = data.files[page.file].name;
  let next = 0;
  const rows = page.lines.map((line, i) => {
    if (line.trim() === "") return h("div", { class: "l empty" }, h("span"));
    const read = h("span");
    const restored = h("span");
    let at = 0;
    while (next < page.places.length && page.places[next].line === i) {
      const p = page.places[next++];
      const gap = line.slice(at, p.at[0]);
      p.readMark = h("span", { onclick: () => select(p) }, p.before);
      p.mark = h("span", { onclick: () => select(p) });
      read.append(gap, p.readMark);
      restored.append(gap, p.mark);
      at = p.at[1];
    }
    read.append(line.slice(at));
    restored.append(line.slice(at));
    return h("div", { class: "l" }, h("span", {}, String(page.numbers[i])), read, restored);
  });
  $("lines").replaceChildren(...rows);
  $("lines").scrollTop = 0;
  showImage(page);
  page.places.forEach(drawPlace);
}

function drawPlace(p) {
  const here = p === current ? " current" : "";
  p.mark.className = "m " + stateOf(p) + here;
  p.mark.textContent = textOf(p);
  p.readMark.className = "m read" + here;
  p.mark.closest(".l").classList.toggle("here", current?.page === p.page && current?.line === p.line);
  p.rect?.setAttribute("class", `place ${p.decision ? "decided" : stateOf(p)}${here}`);
}

function bringIntoView(p) {
  const row = p.mark.closest(".l");
  const lines = $("lines");
  const top = row.offsetTop - lines.offsetTop;
  if (top < lines.scrollTop + 30 || top + row.offsetHeight > lines.scrollTop + lines.clientHeight - 30) {
    lines.scrollTop = top - lines.clientHeight / 2;
  }
  const svg = $("stage").querySelector("svg");
  if (!p.box || !svg) return;
  const viewport = $("viewport");
  const scale = $("stage").clientWidth / svg.viewBox.baseVal.width;
  viewport.scrollTop = ((p.box[1] + p.box[3]) / 2) * scale - viewport.clientHeight / 2;
  viewport.scrollLeft = ((p.box[0] + p.box[2]) / 2) * scale - viewport.clientWidth / 2;
}

function showImage(page) {
  $("stage").querySelector("svg")?.remove();
  for (const p of page.places) p.rect = undefined;
  const has = page.image !== undefined;
  $("stage").hidden = !has;
  $("no-image").hidden = has;
  if (!has) {
    $("image").removeAttribute("src");
    return;
  }
  const image = $("image");
  image.alt = pageName(page);
  image.onload = () => {
    const natural = [image.naturalWidth, image.naturalHeight];
    drawBoxes(page, page.size ?? natural);
  };
  // Before the image has come its place is taken, so that nothing jumps.
  $("stage").style.aspectRatio = page.size ? `${page.size[0]} / ${page.size[1]}` : "auto";
  image.src = $("image-" + page.image).textContent;
  if (page.size) drawBoxes(page, page.size);
}

function drawBoxes(page, [width, height]) {
  if (data.pages[shownPage] !== page) return;
  $("stage").querySelector("svg")?.remove();
  $("stage").style.aspectRatio = "auto";
  // A little apart from the letters: their marks are what is looked at.
  const apart = height / 700;
  const box = (b, kind) => h("rect", { class: kind, x: b[0] - apart, y: b[1] - apart,
    width: Math.max(0, b[2] - b[0]) + 2 * apart, height: Math.max(0, b[3] - b[1]) + 2 * apart });
  // An image in other proportions than the page's is stretched by neither.
  const svg = h("svg", { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none", "aria-hidden": "true" });
  for (const b of page.boxes) svg.append(box(b, "word"));
  for (const p of page.places) {
    if (!p.box) continue;
    p.rect = box(p.box, "place");
    p.rect.addEventListener("click", () => select(p));
    svg.append(p.rect);
    drawPlace(p);
  }
  $("stage").append(svg);
  if (current?.page === shownPage) bringIntoView(current);
}

function setZoom(value) {
  zoom = Math.min(Math.max(value, 0.4), 4);
  $("stage").style.width = zoom * 100 + "%";
  if (current?.page === shownPage) bringIntoView(current);
}

/** Turns to a page and to the first change on it that the filters let through. */
function turn(index) {
  if (index < 0 || index >= data.pages.length) return;
  const first = visible.filter((p) => p.page === index).sort((a, b) => a.index - b.index)[0];
  if (first) select(first);
  else showPage(index);
}

function drawProgress() {
  $("progress").max = Math.max(places.length, 1);
  $("progress").value = decidedCount;
  const unsure = places.reduce((n, p) => n + (p.flagged && !p.decision ? 1 : 0), 0);
  $("progress-text").textContent = format("decidedOf", decidedCount, places.length, unsure);
  $("progress-text").title = $("progress-text").textContent;
}

// ---- Figures

function showFigures() {
  const changes = places.filter((p) => p.kind !== "kept");
  const counts = Object.fromEntries(KINDS.map((k) => [k, 0]));
  for (const p of places) counts[p.kind]++;
  const bins = new Array(20).fill(0);
  for (const p of changes) bins[Math.min(19, Math.floor(p.confidence / 50))]++;
  const tile = (name, n) => h("div", { class: "tile" }, h("b", {}, n.toLocaleString(document.documentElement.lang)), labels[name]);
  const words = data.files.reduce((n, f) => n + f.words, 0);
  $("figures-body").replaceChildren(
    h("div", { class: "tiles" }, tile("files", data.files.length), tile("pages", data.pages.length), tile("wordsRead", words),
      tile("changes", changes.length), tile("flags", places.filter((p) => p.flagged).length), tile("decided", decidedCount)),
    h("section", {}, h("h3", {}, labels.byConfidence), histogram(bins)),
    h("section", {}, h("h3", {}, labels.byKind), bars(KINDS.map((k) => [labels[k], counts[k]]))),
    patternTable());
  if (!$("figures").open) $("figures").showModal();
}

function histogram(bins) {
  const [width, height, base] = [440, 170, 140];
  const most = Math.max(...bins, 1);
  const svg = h("svg", { class: "plot", viewBox: `0 0 ${width} ${height}`, role: "img",
    "aria-label": labels.byConfidence + ": " + bins.map((n, i) => `${i * 5}–${i * 5 + 5} %: ${n}`).filter((_, i) => bins[i]).join(", ") });
  bins.forEach((n, i) => {
    const tall = n === 0 ? 0 : Math.max(2, (n / most) * (base - 20));
    svg.append(h("rect", { class: "bar-fill", x: 10 + i * 21, y: base - tall, width: 18, height: tall }));
    if (n > 0) svg.append(h("text", { x: 19 + i * 21, y: base - tall - 3, "text-anchor": "middle", style: "font-size:10px" }, String(n)));
  });
  svg.append(h("line", { class: "axis", x1: 8, x2: 432, y1: base, y2: base }));
  for (let i = 0; i <= 4; i++) {
    svg.append(h("text", { x: (i === 4 ? 432 : 10 + i * 105), y: base + 14, "text-anchor": i === 4 ? "end" : "middle" }, String(i * 25)));
  }
  svg.append(h("text", { x: 220, y: base + 28, "text-anchor": "middle" }, labels.confidence));
  return svg;
}

function bars(rows) {
  const most = Math.max(...rows.map(([, n]) => n), 1);
  const svg = h("svg", { class: "plot", viewBox: `0 0 440 ${rows.length * 24}`, role: "img",
    "aria-label": labels.byKind + ": " + rows.map(([name, n]) => `${name}: ${n}`).join(", ") });
  rows.forEach(([name, n], i) => {
    const wide = n === 0 ? 0 : Math.max(2, (n / most) * 270);
    svg.append(h("text", { x: 96, y: i * 24 + 16, "text-anchor": "end" }, name),
      h("rect", { class: "bar-fill", x: 104, y: i * 24 + 3, width: wide, height: 17 }),
      h("text", { x: 110 + wide, y: i * 24 + 16 }, String(n)));
  });
  return svg;
}

function patternTable() {
  const most = [...patterns.values()].filter((group) => group[0].kind !== "kept")
    .sort((a, b) => b.length - a.length || a[0].index - b[0].index).slice(0, 12);
  const body = most.map((group) => {
    const [p] = group;
    const open = sameOpen(p).length;
    const act = (decision, label, name) => {
      const button = h("button", { type: "button", title: labels[label], "aria-label": `${labels[label]}: ${p.before} → ${p.after}`,
        onclick: () => { decideAll(p, decision, name); showFigures(); } }, SIGNS[name === "accepted" ? "accept" : "reject"]);
      button.disabled = open === 0;
      return button;
    };
    const mean = group.reduce((sum, q) => sum + q.confidence, 0) / group.length;
    return h("tr", {}, h("td", {}, p.before + " → " + p.after), h("td", { class: "n" }, String(group.length)),
      h("td", { class: "n" }, String(percent(mean))), h("td", { class: "n" }, String(open)),
      h("td", {}, act(accepting, "acceptAll", "accepted"), " ", act(rejecting, "rejectAll", "rejected")));
  });
  const head = h("tr", {}, h("th", {}, labels.pattern), h("th", { class: "n" }, labels.count), h("th", { class: "n" }, labels.mean),
    h("th", { class: "n" }, labels.stateOpen), h("th", {}));
  return h("section", { class: "patterns" }, h("h3", {}, labels.patterns), h("table", {}, h("thead", {}, head), h("tbody", {}, ...body)));
}

// ---- Out and in

function decisionsOf(file) {
  const decisions = [];
  for (const p of places) {
    if (!p.decision || data.pages[p.page].file !== file) continue;
    decisions.push({ span: p.span, before: p.before, ...p.decision });
  }
  for (const extra of extras[file]) {
    const crosses = decisions.some((d) => d.span[0] < extra.span[1] && extra.span[0] < d.span[1]);
    if (!crosses) decisions.push(extra);
  }
  decisions.sort((a, b) => a.span[0] - b.span[0]);
  const { name, input } = data.files[file];
  const now = new Date();
  const two = (n) => String(n).padStart(2, "0");
  const date = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
  const reviewer = $("reviewer").value.trim();
  return { schema: "vidau.decisions/1", file: name, model: data.model, input, ...(reviewer && { reviewer }), date, decisions };
}

function exportDecisions() {
  const all = data.files.map((_, i) => decisionsOf(i)).filter((d) => d.decisions.length > 0);
  if (all.length === 0) return toast(labels.nothing);
  const one = data.files.length === 1;
  const name = one ? baseName(data.files[0].name) + ".decisions.json" : "decisions.jsonl";
  const text = one ? JSON.stringify(all[0], null, 1) + "\n" : all.map((d) => JSON.stringify(d) + "\n").join("");
  download(name, "application/json", text);
  toast(format("exported", name, all.reduce((n, d) => n + d.decisions.length, 0)));
}

/** Words that the reviewer typed, or kept against a change. */
function exportWords() {
  const words = new Set();
  for (const p of places) {
    if (!p.decision || (p.decision.action === "accept" && p.kind !== "kept")) continue;
    for (const word of textOf(p).normalize("NFC").split(/[^\p{L}\p{M}]+/u)) if (word) words.add(word);
  }
  if (words.size === 0) return toast(labels.noWords);
  const sorted = [...words].sort((a, b) => (a < b ? -1 : 1));
  download("words.txt", "text/plain", sorted.map((w) => w + "\n").join(""));
  toast(format("exportedWords", "words.txt", words.size));
}

function download(name, type, text) {
  const url = URL.createObjectURL(new Blob([text], { type }));
  h("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

function parseDecisions(text) {
  try {
    return [JSON.parse(text)];
  } catch {
    return text.split("\n").filter((line) => line.trim()).map((line) => JSON.parse(line));
  }
}

async function importDecisions(file) {
  let documents;
  try {
    documents = parseDecisions(await file.text());
    if (!documents.every((d) => d.schema === "vidau.decisions/1" && Array.isArray(d.decisions))) throw new Error();
  } catch {
    return toast(format("notDecisions", file.name));
  }
  const byPlace = new Map(places.map((p) => [`${data.pages[p.page].file} ${p.span}`, p]));
  let [other, elsewhere] = [0, 0];
  const found = new Map();
  for (const document of documents) {
    const at = data.files.findIndex((f) => f.input === document.input);
    for (const d of document.decisions) {
      const place = byPlace.get(`${at} ${d.span}`);
      if (at < 0) other++;
      else if (place && place.before === d.before) found.set(place, decisionFor(place, d));
      else {
        elsewhere++;
        extras[at] = extras[at].filter((e) => String(e.span) !== String(d.span)).concat([d]);
      }
    }
  }
  decide([...found.keys()], (p) => found.get(p));
  store();
  refilter();
  toast(format("loaded", found.size, elsewhere, other));
}

/** What was decided once stands, whatever is proposed now. */
function decisionFor(place, d) {
  if (d.action === "reject") return rejecting();
  const after = String(d.after);
  return after === place.after ? accepting(place) : { action: "edit", after };
}

// ---- Kept by the browser

const KEY = "vidau-review:" + data.id;
let isStored = true;
let timer = 0;

function store() {
  clearTimeout(timer);
  timer = setTimeout(storeNow, 300);
}

function storeNow() {
  clearTimeout(timer);
  const decided = places.filter((p) => p.decision).map((p) => [p.index, p.decision.action, p.decision.after]);
  try {
    localStorage.setItem(KEY, JSON.stringify({ decided, extras }));
    localStorage.setItem("vidau-review", JSON.stringify({ reviewer: $("reviewer").value, language: document.documentElement.lang, keysOn }));
  } catch {
    if (isStored) toast(labels.notStored);
    isStored = false;
  }
}

function recall() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "{}");
    for (const [index, action, after] of kept.decided ?? []) {
      if (places[index]) set(places[index], action === "reject" ? { action } : { action, after });
    }
    kept.extras?.forEach((e, i) => { if (extras[i]) extras[i] = e; });
    return JSON.parse(localStorage.getItem("vidau-review") ?? "{}");
  } catch {
    isStored = false;
    return {};
  }
}

// ---- Labels and keys

const KEYS = [
  [["n", "↓"], "keyNext"], [["p", "↑"], "keyBefore"], [["a"], "keyAccept"], [["r"], "keyReject"], [["e"], "keyType"],
  [["1–9"], "keyOthers"], [["A"], "keyAllAccept"], [["R"], "keyAllReject"], [["u"], "keyUndo"], [["[", "]"], "keyPages"],
  [["+", "−"], "keyZoom"], [["/"], "keySearch"], [["f"], "keyFigures"], [["?"], "keyHelp"],
];

function setLanguage(language) {
  labels = LABELS[language];
  document.documentElement.lang = language;
  document.title = `vidau: ${labels.title}`;
  $("language").textContent = labels.other;
  $("language").lang = language === "en" ? "vi" : "en";
  for (const e of document.querySelectorAll("[data-label]")) e.textContent = labels[e.dataset.label];
  for (const e of document.querySelectorAll("[data-aria]")) e.setAttribute("aria-label", labels[e.dataset.aria]);
  for (const e of document.querySelectorAll("[data-placeholder]")) e.placeholder = labels[e.dataset.placeholder];
  const keys = ([names, label]) => [names.map((k) => h("kbd", {}, k)), labels[label]];
  const short = ([names, label]) => h("span", {}, ...keys([names, label])[0].flatMap((k) => [k, " "]), labels[label]);
  $("keys").replaceChildren(...KEYS.filter(([, l]) => !["keyZoom", "keyPages"].includes(l)).map(short));
  $("help-keys").tBodies[0].replaceChildren(...KEYS.map((k) =>
    h("tr", {}, h("td", {}, ...keys(k)[0].flatMap((e) => [e, " "])), h("td", {}, keys(k)[1]))));
  const kinds = Object.fromEntries(KINDS.map((k) => [k, 0]));
  for (const p of places) kinds[p.kind]++;
  const off = new Set(KINDS.filter((k) => $("kind-" + k) && !$("kind-" + k).checked));
  $("kinds").replaceChildren(...KINDS.filter((k) => kinds[k] > 0).map((k) => {
    const box = h("input", { type: "checkbox", id: "kind-" + k, onchange: refilter });
    box.checked = !off.has(k);
    return h("label", {}, box, ` ${labels[k]} (${kinds[k]})`);
  }));
  $("page").replaceChildren(...data.pages.map((page, i) => h("option", { value: i }, pageName(page))));
  $("page").value = String(shownPage);
  drawProgress();
  filter();
  drawCard();
}

function toast(text) {
  $("toast").textContent = text;
  $("toast").classList.add("on");
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => $("toast").classList.remove("on"), 4000);
}

function type() {
  $("typed-text").focus();
  $("typed-text").select();
}

const ACTIONS = {
  n: () => step(1), ArrowDown: () => step(1), p: () => step(-1), ArrowUp: () => step(-1),
  a: () => decideCurrent(accepting), r: () => decideCurrent(rejecting), e: type, u: undo,
  A: () => decideAll(current, accepting, "accepted"), R: () => decideAll(current, rejecting, "rejected"),
  "[": () => turn(shownPage - 1), "]": () => turn(shownPage + 1), "+": () => setZoom(zoom * 1.25), "=": () => setZoom(zoom * 1.25),
  "-": () => setZoom(zoom / 1.25), "/": () => $("search").focus(), f: showFigures, "?": () => $("help").showModal(),
};

/** The key; where a Vietnamese input method holds it back, the one that was pressed. */
function keyOf(event) {
  if (event.key !== "Process" && !event.isComposing) return event.key;
  const letter = /^Key([A-Z])$/.exec(event.code)?.[1] ?? "";
  return event.shiftKey ? letter : letter.toLowerCase();
}

document.addEventListener("keydown", (event) => {
  const target = event.target;
  const types = target.matches("input[type=text], input[type=search], select");
  if (event.key === "Escape" && types) {
    if (target === $("typed-text")) drawCard();
    $("queue").focus();
    return;
  }
  if (types || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  const key = keyOf(event);
  const scrolls = key.startsWith("Arrow") && (target === $("viewport") || target === $("lines") || target.type === "range");
  if (scrolls || (!keysOn && !key.startsWith("Arrow"))) return;
  const other = /^[1-9]$/.test(key) && current?.others[key - 1];
  const action = other ? () => useText(other[0]) : Object.hasOwn(ACTIONS, key) && ACTIONS[key];
  if (!action) return;
  event.preventDefault();
  action();
});

function listen() {
  const on = (id, name, act) => $(id).addEventListener(name, act);
  on("accept", "click", ACTIONS.a);
  on("reject", "click", ACTIONS.r);
  on("undo", "click", undo);
  on("accept-all", "click", ACTIONS.A);
  on("reject-all", "click", ACTIONS.R);
  on("typed", "submit", (event) => {
    event.preventDefault();
    useText($("typed-text").value);
    $("queue").focus();
  });
  for (const id of ["state", "order"]) on(id, "change", refilter);
  on("search", "input", refilter);
  on("most", "input", () => {
    $("most-value").textContent = $("most").value + " %";
    refilter();
  });
  on("queue", "scroll", drawQueue);
  on("page", "change", () => turn(Number($("page").value)));
  on("page-before", "click", ACTIONS["["]);
  on("page-after", "click", ACTIONS["]"]);
  on("smaller", "click", ACTIONS["-"]);
  on("larger", "click", ACTIONS["+"]);
  on("fit", "click", () => setZoom(1));
  on("all-boxes", "change", () => document.body.classList.toggle("all-boxes", $("all-boxes").checked));
  on("show-figures", "click", showFigures);
  on("show-help", "click", ACTIONS["?"]);
  on("export", "click", exportDecisions);
  on("export-words", "click", exportWords);
  on("import", "click", () => $("import-file").click());
  on("import-file", "change", () => {
    const [file] = $("import-file").files;
    if (file) importDecisions(file).finally(() => { $("import-file").value = ""; });
  });
  on("keys-on", "change", () => {
    keysOn = $("keys-on").checked;
    store();
  });
  on("reviewer", "input", store);
  on("language", "click", () => {
    setLanguage(document.documentElement.lang === "en" ? "vi" : "en");
    store();
  });
  for (const button of document.querySelectorAll("dialog .close")) {
    button.addEventListener("click", () => button.closest("dialog").close());
  }
  window.addEventListener("resize", () => {
    drawQueue();
    if (current?.page === shownPage) bringIntoView(current);
  });
  window.addEventListener("pagehide", storeNow);
  window.addEventListener("beforeunload", (event) => {
    if (!isStored && history.length > 0) event.preventDefault();
  });
}

const kept = recall();
$("reviewer").value = kept.reviewer ?? "";
keysOn = kept.keysOn ?? true;
$("keys-on").checked = keysOn;
$("most-value").textContent = "100 %";
document.body.classList.toggle("no-scan", data.pages.every((p) => p.image === undefined));
setLanguage(data.lang ?? kept.language ?? (navigator.language.startsWith("vi") ? "vi" : "en"));
listen();
if (visible.length > 0) select(visible[0]);
else if (data.pages.length > 0) showPage(0);
$("queue").focus();
document.documentElement.dataset.ready = String(Math.round(performance.now() - started));
