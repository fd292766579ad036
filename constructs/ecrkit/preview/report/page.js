"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const byId = (id) => document.getElementById(id);
  const [fate, rule, text] = ["fate", "rule", "text"].map(byId);
  const chart = byId("chart");

  for (const name of new Set(data.figure.data.map((trace) => trace.meta.rule))) {
    rule.append(new Option(name === "-" ? "no rule" : name, name));
  }
  byId("scope").textContent = data.scope;

  // Texts of images are set as text, never as HTML.
  const rows = data.rows.map((cells) => {
    const row = document.createElement("tr");
    cells.forEach((value, index) => {
      const cell = row.insertCell();
      cell.textContent = index === 1 ? value.slice(0, 19) : value;
      if (index === 1) cell.title = value;
      if (index === 3) cell.className = value;
    });
    return { row, fate: cells[3], rule: cells[4], text: cells.join(" ").toLowerCase() };
  });
  byId("rows").append(...rows.map((found) => found.row));

  const matches = (found) =>
    (!fate.value || found.fate === fate.value) && (!rule.value || found.rule === rule.value);

  const filter = () => {
    const wanted = text.value.trim().toLowerCase();
    let shown = 0;
    for (const found of rows) {
      const visible = matches(found) && found.text.includes(wanted);
      found.row.hidden = !visible;
      shown += visible;
    }
    byId("count").textContent = `${shown.toLocaleString("en")} of ${rows.length.toLocaleString("en")} rows`;
  };
  const filterChart = () => {
    Plotly.restyle(chart, { visible: data.figure.data.map((trace) => matches(trace.meta)) });
  };
  for (const select of [fate, rule]) {
    select.addEventListener("change", () => { filter(); filterChart(); });
  }
  text.addEventListener("input", filter);

  filter();
  const ready = () => { document.documentElement.dataset.readyAfter = Math.round(performance.now()); };
  Plotly.newPlot(chart, data.figure.data, data.figure.layout, { displaylogo: false, responsive: true }).then(ready);
})();
