"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const table = document.getElementById("columns");
  const body = table.tBodies[0];
  const rows = Array.from(body.rows);
  const search = document.getElementById("search");
  const count = document.getElementById("count");
  const more = document.getElementById("more");
  const FIRST_ROWS = 25;
  const state = { key: "bits", sign: -1, view: "all", showAll: rows.length <= FIRST_ROWS + 5 };

  const element = (tag, className, text) => {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  };
  const column = (row) => Number(row.dataset.column);

  // Columns: searched, filtered, sorted.
  const inView = {
    all: () => true,
    informative: (j) => data.informative[j],
    selected: (j) => data.step[j] > 0,
    warnings: (j) => data.flags[j].length > 0,
  };
  const value = (j) => {
    const found = data[state.key][j];
    // Columns that are not selected come after those that are.
    return state.key === "step" && found === 0 ? null : found;
  };
  const compare = (a, b) => {
    const x = value(column(a)), y = value(column(b));
    if (x === null || y === null) return (x === null) - (y === null);
    const order = typeof x === "string" ? x.localeCompare(y, undefined, { numeric: true }) : x - y;
    return state.sign * order || column(a) - column(b);
  };
  const close = (row) => {
    const next = row.nextElementSibling;
    if (next && next.classList.contains("detail")) next.remove();
    row.querySelector(".open-row").setAttribute("aria-expanded", "false");
  };
  const update = () => {
    const wanted = search.value.trim().toLocaleLowerCase();
    rows.forEach(close);
    rows.sort(compare);
    let matching = 0;
    for (const row of rows) {
      const j = column(row);
      const text = `${data.name[j]} ${data.kind[j]} ${data.flags[j].join(" ")}`.toLocaleLowerCase();
      const matches = inView[state.view](j) && text.includes(wanted);
      row.classList.toggle("matches", matches);
      matching += matches;
      row.hidden = !matches || (!state.showAll && !wanted && matching > FIRST_ROWS);
    }
    body.append(...rows);
    count.textContent = `${matching} of ${rows.length} columns`;
    more.hidden = state.showAll || Boolean(wanted) || matching <= FIRST_ROWS;
    more.textContent = `Show all ${matching} columns`;
  };
  search.addEventListener("input", update);
  more.addEventListener("click", () => { state.showAll = true; update(); });
  for (const button of document.querySelectorAll(".views button")) {
    button.addEventListener("click", () => {
      state.view = button.dataset.view;
      for (const other of document.querySelectorAll(".views button")) {
        other.setAttribute("aria-pressed", String(other === button));
      }
      update();
    });
  }
  for (const head of table.tHead.querySelectorAll("th[data-key]")) {
    head.querySelector("button").addEventListener("click", () => {
      const first = head.dataset.first === "descending" ? -1 : 1;
      state.sign = state.key === head.dataset.key ? -state.sign : first;
      state.key = head.dataset.key;
      for (const other of table.tHead.querySelectorAll("th")) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", state.sign < 0 ? "descending" : "ascending");
      update();
    });
  }

  // The names in view as a list in Python, which JSON of text is too. A frame of a notebook may
  // not use the clipboard but by a selection.
  const copied = () => {
    const columns = rows.filter((row) => row.classList.contains("matches")).map(column);
    return JSON.stringify(columns.map((j) => data.whole[j] ?? data.name[j]));
  };
  const copy = document.getElementById("copy");
  copy.addEventListener("click", () => {
    const area = element("textarea");
    area.value = copied();
    document.body.append(area);
    area.select();
    const isDone = document.execCommand("copy");
    area.remove();
    copy.focus();
    copy.textContent = isDone ? "Copied" : "Copying is not allowed here";
    setTimeout(() => { copy.textContent = "Copy names"; }, 2000);
  });

  // All bins of a column, below its row.
  const digits = (x) => {
    if (x === null) return "";
    const size = Math.abs(x);
    if (Number.isInteger(x)) return x.toLocaleString("en");
    return size >= 1000 ? Math.round(x).toLocaleString("en") : String(Number(x.toPrecision(3)));
  };
  const percent = (x) => (x === null ? "" : `${Number((100 * x).toPrecision(3))} %`);
  const formats = { text: String, percent, number: digits };
  const binTable = (j) => {
    const bins = data.bins[j];
    const made = element("table");
    const head = made.createTHead().insertRow();
    data.bin_columns.forEach(({ name, format }) => {
      const cell = element("th", format === "text" ? "text" : "");
      cell.append(element("bdi", "", name));
      cell.scope = "col";
      head.append(cell);
    });
    const tbody = made.createTBody();
    for (const bin of bins) {
      const row = tbody.insertRow();
      data.bin_columns.forEach(({ format, bar }, c) => {
        const cell = element("td", format === "text" ? "text" : "");
        cell.append(element("bdi", "", formats[format](bin[c])));
        const longest = bar ? Math.max(...bins.map((other) => other[c] || 0)) : 0;
        if (longest > 0) {
          const drawn = element("span", "cell-bar");
          drawn.style.width = `${100 * Math.max(bin[c] || 0, 0) / longest}%`;
          cell.append(drawn);
        }
        row.append(cell);
      });
    }
    const box = element("div", "wide");
    box.append(made);
    return box;
  };
  const open = (row) => {
    const j = column(row);
    const detail = element("tr", "detail");
    const cell = element("td");
    cell.colSpan = row.cells.length;
    const facts = element("p", "facts");
    for (const [label, text] of data.facts[j]) {
      const fact = element("span", "", `${label} `);
      const strong = element("b");
      strong.append(element("bdi", "", text));
      fact.append(strong);
      facts.append(fact);
    }
    const box = element("div", "detail-box");
    box.append(row.querySelector(".bins").cloneNode(true), facts, binTable(j));
    cell.append(box);
    detail.append(cell);
    row.after(detail);
    row.querySelector(".open-row").setAttribute("aria-expanded", "true");
  };
  const toggle = (row) => {
    const isOpen = row.querySelector(".open-row").getAttribute("aria-expanded") === "true";
    if (isOpen) close(row);
    else open(row);
  };
  body.addEventListener("click", (event) => {
    const row = event.target.closest("tr.column");
    if (row && !String(window.getSelection())) toggle(row);
  });

  // A name elsewhere on the page leads to the row of its column.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-show]");
    if (!link) return;
    const j = Number(link.dataset.show);
    const row = rows.find((each) => column(each) === j);
    if (!row) return;
    search.value = "";
    state.showAll = true;
    document.querySelector(".views button").click();
    if (!row.nextElementSibling || !row.nextElementSibling.classList.contains("detail")) open(row);
    row.scrollIntoView({ block: "center" });
    row.querySelector(".open-row").focus({ preventScroll: true });
  });
  for (const link of document.querySelectorAll("nav a")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      document.querySelector(link.getAttribute("href")).scrollIntoView();
    });
  }

  // The pair of columns under the pointer.
  const map = document.getElementById("map");
  if (map) {
    const image = map.querySelector("image");
    const readout = document.getElementById("readout");
    const cross = map.querySelector(".cross");
    const names = data.map.map((j) => data.name[j]);
    const n = names.length;
    const most = Number(map.dataset.most);
    const side = Number(image.getAttribute("width"));
    const left = Number(image.getAttribute("x"));
    const source = new Image();
    let pixels = null;
    source.onload = () => {
      const canvas = document.createElement("canvas");
      canvas.width = canvas.height = n;
      const context = canvas.getContext("2d");
      context.drawImage(source, 0, 0);
      pixels = context.getImageData(0, 0, n, n).data;
    };
    source.src = image.getAttribute("href");
    const rest = readout.textContent;
    map.addEventListener("pointermove", (event) => {
      const point = new DOMPoint(event.clientX, event.clientY)
        .matrixTransform(map.getScreenCTM().inverse());
      const k = Math.floor((point.x - left) / side * n);
      const i = Math.floor(point.y / side * n);
      if (!pixels || k < 0 || k >= n || i < 0 || i >= n) return;
      const share = Math.round(100 * most * pixels[4 * (i * n + k) + 3] / 254);
      readout.textContent = i === k ? names[i] : `${names[i]} and ${names[k]} share ${share} %`;
      const x = left + (k + 0.5) * side / n, y = (i + 0.5) * side / n;
      cross.setAttribute("d", `M${left} ${y}H${left + side}M${x} 0V${side}`);
    });
    map.addEventListener("pointerleave", () => {
      cross.setAttribute("d", "");
      readout.textContent = rest;
    });
  }
  update();
})();
