// Give what chart and table show.
(() => {
  const seen = (selector) => [...document.querySelectorAll(selector)].filter((found) => found.checkVisibility());
  const rows = [...document.querySelectorAll("#rows tr")];
  const bars = seen(".chart:not(.forecast) .bar");
  return {
    rows: rows.map((row) => row.innerText),
    fates: rows.map((row) => row.querySelector(".fate").textContent),
    points: seen(".mark[data-row]").map((found) => found.getAttribute("class").split(" ")[1]),
    bars: bars.map((found) => found.dataset.fate),
    lanes: [...new Set(bars.map((found) => found.closest(".lane").dataset.rule))],
    count: document.getElementById("count").textContent,
  };
})()
