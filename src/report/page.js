"use strict";
(() => {
  const table = document.getElementById("claims");
  if (!table) return;
  const body = table.tBodies[0], rows = [...body.rows];
  const entries = rows.map(row => {
    const article = document.getElementById(row.cells[1].firstElementChild.hash.slice(1));
    return { row, article, text: (row.textContent + " " + article.textContent).toLowerCase() };
  });
  const find = document.getElementById("find"), outcome = document.getElementById("outcome"), shown = document.getElementById("shown");
  const filter = () => {
    const words = find.value.toLowerCase().split(/\s+/).filter(Boolean), wanted = outcome.value;
    let count = 0;
    for (const { row, article, text } of entries) {
      const fits = words.every(w => text.includes(w)) && (!wanted || (wanted === "!" ? "unexpected" in row.dataset : row.dataset.outcome === wanted));
      row.classList.toggle("hidden", !fits);
      article.classList.toggle("hidden", !fits);
      count += fits;
    }
    shown.textContent = count === entries.length ? count + " shown" : count + " of " + entries.length + " shown";
  };
  find.addEventListener("input", filter);
  outcome.addEventListener("change", filter);
  const key = (row, column) => { const cell = row.cells[column]; return cell.dataset.sort ?? cell.textContent.replace(/,/g, ""); };
  [...table.tHead.rows[0].cells].forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const numeric = rows.every(row => key(row, column) !== "" && !isNaN(key(row, column)));
      const order = (a, b) => numeric ? key(a, column) - key(b, column) : key(a, column).localeCompare(key(b, column));
      const sorted = [...rows].sort((a, b) => down ? order(b, a) : order(a, b));
      body.append(...sorted);
    });
  });
  document.getElementById("controls").hidden = false;
  filter();
  // Long lists of networks stay folded on paper: they would fill pages.
  const folded = () => document.querySelectorAll("details:not([open]):not(.list)");
  addEventListener("beforeprint", () => folded().forEach(d => { d.open = true; }));
})();
