"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const written = (value) => value.toLocaleString("en");
  const images = (value) => `${written(value)} ${value === 1 ? "image" : "images"}`;
  const ready = () => { document.documentElement.dataset.readyAfter = Math.round(performance.now()); };

  const repositories = () => {
    const text = byId("repository");
    if (!text) return;
    const found = all(".repository").map((entry) => ({ entry, name: entry.querySelector(".name").textContent.toLowerCase() }));
    const filter = () => {
      const wanted = text.value.trim().toLowerCase();
      let shown = 0;
      for (const { entry, name } of found) {
        entry.hidden = !name.includes(wanted);
        shown += !entry.hidden;
      }
      byId("count").textContent = `${written(shown)} of ${written(found.length)} repositories that lose images`;
    };
    text.addEventListener("input", filter);
    byId("search").addEventListener("submit", (event) => event.preventDefault());
    filter();
  };

  const data = JSON.parse(byId("data").textContent);
  if (!data.rows) {
    repositories();
    ready();
    return;
  }

  const PAGE = matchMedia("(max-width: 640px)").matches ? 20 : 50;
  const ORDER = { expire: 0, archive: 1, stay: 2 };
  const UNITS = ["kB", "MB", "GB", "TB"];
  const size = (bytes) => {
    if (bytes === null) return "unknown";
    if (bytes < 1000) return `${bytes} B`;
    let power = 1;
    while (power < UNITS.length && bytes >= 999.95 * 1000 ** power) power += 1;
    return `${(bytes / 1000 ** power).toLocaleString("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 })} ${UNITS[power - 1]}`;
  };
  const instant = (minutes) => new Date(minutes * 60000).toISOString().slice(0, 16).replace("T", " ");

  const rows = data.rows.map(([digest, tags, fate, rule, reason, detail, bytes, pushed, pulled, because], place) => {
    const [before, after] = data.reasons[reason];
    const parts = [before, detail, `${after}${because ? `; protected: ${because}` : ""}`];
    const why = parts.join("");
    return {
      place, digest, tags, fate, rule, why, reason: parts, bytes, pushed, pulled, guarded: Boolean(because),
      text: `${tags || "untagged"} ${digest} ${why}`.toLowerCase(),
    };
  });
  const total = data.counts.reduce((sum, [, , , count]) => sum + count, 0);
  const isSample = rows.length < total;

  const boxes = all("input[name=fate]");
  const [rule, text, only] = ["rule", "text", "only-protected"].map(byId);
  const [body, none, more, count, scope] = ["rows", "none", "more", "count", "scope"].map(byId);
  const state = { key: "pushed", sign: -1, shown: PAGE, matching: rows };

  const KEYS = {
    image: (row) => row.tags || row.digest,
    fate: (row) => ORDER[row.fate] - (row.guarded ? 0.5 : 0),
    rule: (row) => (row.rule === "-" ? Infinity : Number(row.rule)),
    why: (row) => row.why,
    size: (row) => row.bytes,
    pushed: (row) => row.pushed,
    pulled: (row) => row.pulled,
  };
  const sorted = (found) => {
    const key = KEYS[state.key];
    const keyed = found.map((row) => [key(row), row]);
    const compare = typeof keyed.find(([value]) => value !== null)?.[0] === "string"
      ? new Intl.Collator("en", { numeric: true }).compare
      : (one, other) => one - other;
    // What is unknown comes last in both directions.
    keyed.sort(([one, first], [other, second]) => {
      if (one === null || other === null) return (one === null) - (other === null) || first.place - second.place;
      return (one === other ? 0 : state.sign * compare(one, other)) || first.place - second.place;
    });
    return keyed.map(([, row]) => row);
  };

  const fates = () => new Set(boxes.filter((box) => box.checked).map((box) => box.value));
  const isWanted = (wanted, fate, ofRule, guarded) =>
    wanted.has(fate) && (!rule.value || ofRule === rule.value) && (!only?.checked || guarded);

  // Texts of images are set as text, never as HTML.
  const iconOf = (kind) => document.querySelector(`.icon .mark.${kind}`)?.closest("svg");
  const marks = Object.fromEntries(["expire", "archive", "stay", "protected"].map((kind) => [kind, iconOf(kind)]));
  const cell = (row, label, value, className) => {
    const found = row.insertCell();
    found.setAttribute("role", "cell");
    found.dataset.label = label;
    if (className) found.className = className;
    found.append(value);
    return found;
  };
  const unbroken = (parts) => {
    const whole = document.createElement("span");
    parts.forEach((text, place) => {
      const part = document.createElement("span");
      part.className = "unbroken";
      part.textContent = text;
      whole.append(place ? " " : "", part);
    });
    return whole;
  };
  const rowOf = (entry) => {
    const row = document.createElement("tr");
    row.setAttribute("role", "row");
    const head = document.createElement("th");
    head.scope = "row";
    head.setAttribute("role", "rowheader");
    const tags = document.createElement("span");
    tags.className = "tags";
    tags.textContent = entry.tags || "untagged";
    const digest = document.createElement("code");
    digest.textContent = entry.digest.slice(7, 19);
    digest.title = entry.digest;
    head.append(tags, digest);
    row.append(head);
    const kind = entry.guarded ? "protected" : entry.fate;
    const fate = document.createElement("span");
    fate.className = `fate ${kind}`;
    if (marks[kind]) fate.append(marks[kind].cloneNode(true));
    fate.append(entry.guarded ? `${entry.fate}, protected` : entry.fate);
    cell(row, "Fate", fate);
    cell(row, "Rule", entry.rule === "-" ? "none" : entry.rule);
    const why = document.createElement("span");
    // A date is not broken into lines; a digest may be.
    const detail = document.createElement("span");
    detail.textContent = entry.reason[1];
    detail.classList.toggle("unbroken", entry.reason[1].length < 16);
    why.append(entry.reason[0], detail, entry.reason[2]);
    cell(row, "Why", why);
    cell(row, "Size", unbroken([size(entry.bytes)]), "number");
    cell(row, "Pushed", unbroken(instant(entry.pushed).split(" ")), "number");
    cell(row, "Last pull", unbroken(entry.pulled === null ? ["never"] : instant(entry.pulled).split(" ")), "number");
    return row;
  };

  const draw = () => {
    const shown = state.matching.slice(0, state.shown);
    body.replaceChildren(...shown.map(rowOf));
    none.hidden = shown.length > 0;
    const left = state.matching.length - shown.length;
    more.hidden = left === 0;
    byId("printed").textContent = left ? `Printed: ${written(shown.length)} of ${images(state.matching.length)}.` : "";
    more.textContent = `Show ${written(Math.min(left, PAGE))} more of ${written(left)}`;
  };

  const charts = all("svg.chart[aria-label]").filter((chart) => !chart.classList.contains("forecast"));
  const points = all(".mark[data-row]");
  const lanes = charts.flatMap((chart) => all(".lane", chart).map((lane) => ({
    rule: lane.dataset.rule, bottom: Number(lane.dataset.bottom), each: Number(lane.dataset.each),
    start: Number(chart.dataset.start), step: Number(chart.dataset.step),
    bars: all(".bar", lane).map((bar) => ({
      bar, fate: bar.dataset.fate, guarded: Boolean(bar.dataset.protected), bin: Number(bar.dataset.bin), count: Number(bar.dataset.count),
    })),
  })));
  const drawChart = (wanted, isSearched) => {
    const chosen = new Set(state.matching.map((row) => row.place));
    for (const point of points) point.classList.toggle("out", !chosen.has(Number(point.dataset.row)));
    for (const lane of lanes) {
      const counts = new Map();
      if (isSearched) {
        for (const row of state.matching) {
          if (row.rule !== lane.rule) continue;
          const key = `${Math.floor((row.pushed - lane.start) / lane.step)} ${row.fate} ${row.guarded}`;
          counts.set(key, (counts.get(key) ?? 0) + 1);
        }
      }
      let bin = null;
      let y = lane.bottom;
      for (const found of lane.bars) {
        if (found.bin !== bin) [bin, y] = [found.bin, lane.bottom];
        const number = isSearched
          ? counts.get(`${found.bin} ${found.fate} ${found.guarded}`) ?? 0
          : isWanted(wanted, found.fate, lane.rule, found.guarded) ? found.count : 0;
        found.bar.classList.toggle("out", number === 0);
        if (!number) continue;
        const height = Math.max(number * lane.each, 3);
        y -= height;
        found.bar.setAttribute("y", y.toFixed(1));
        found.bar.setAttribute("height", height.toFixed(1));
      }
    }
  };

  const filter = () => {
    const wanted = fates();
    const search = text.value.trim().toLowerCase();
    state.matching = sorted(rows.filter((row) => isWanted(wanted, row.fate, row.rule, row.guarded) && row.text.includes(search)));
    state.shown = PAGE;
    const exact = data.counts.reduce((sum, [ofRule, fate, guarded, number]) => sum + (isWanted(wanted, fate, ofRule, Boolean(guarded)) ? number : 0), 0);
    if (search && isSample) {
      count.textContent = `Chart and table show ${images(state.matching.length)}; the search covers the ${written(rows.length)} of ${written(total)} that this page lists.`;
    } else if (search || !isSample) {
      count.textContent = `Chart and table show ${written(state.matching.length)} of ${images(total)}.`;
    } else {
      count.textContent = `The chart shows ${written(exact)} of ${images(total)}; the table lists ${written(state.matching.length)} of them.`;
    }
    draw();
    drawChart(wanted, Boolean(search));
  };

  const sort = (key) => {
    if (state.key === key) state.sign = -state.sign;
    else [state.key, state.sign] = [key, ["size", "pushed", "pulled"].includes(key) ? -1 : 1];
    const direction = state.sign > 0 ? "ascending" : "descending";
    for (const button of all("button[data-sort]")) {
      button.closest("th").setAttribute("aria-sort", button.dataset.sort === key ? direction : "none");
    }
    byId("sort").value = key;
    byId("direction").textContent = direction;
    state.matching = sorted(state.matching);
    draw();
  };

  scope.textContent = isSample
    ? `This page lists ${written(rows.length)} of ${images(total)}: the newest of each fate and rule. The JSON output lists all.`
    : total === 1 ? "One image." : `All ${written(total)} images.`;
  for (const control of [...boxes, rule, only]) control?.addEventListener("change", filter);
  text.addEventListener("input", filter);
  for (const button of all("button[data-sort]")) button.addEventListener("click", () => sort(button.dataset.sort));
  byId("sort").addEventListener("change", (event) => sort(event.target.value));
  byId("direction").addEventListener("click", () => sort(state.key));
  more.addEventListener("click", () => {
    const next = state.shown;
    state.shown += PAGE;
    draw();
    // The button may be gone: the focus goes to the first of the new rows.
    const row = body.rows[next];
    row.tabIndex = -1;
    row.focus();
  });
  byId("filters").addEventListener("submit", (event) => event.preventDefault());
  byId("filters").addEventListener("reset", () => setTimeout(filter));
  byId("clear").addEventListener("click", () => { byId("filters").reset(); text.focus(); });

  filter();
  ready();
})();
