"""The page of information_report in a browser: sorted, searched and unfolded by its own script.

A script that is appended to the page clicks and types, and writes what it sees into the title,
which headless Chromium prints with the page.
"""

import json
import re
import shutil
import subprocess
from html import unescape

import numpy as np
import pandas as pd
import pytest

from skinfo import InfoBottleneckSelector, MutualInfoBinner
from skinfo.inspection import information_report
from skinfo.inspection._report_page import POLICY, embedded
from skinfo.metrics import log_loss_decomposition, population_stability

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
CHROMIUM = next(filter(None, map(shutil.which, NAMES)), None)

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")

OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--virtual-time-budget=2000",
)

HOSTILE = "<img src=x onerror=\"document.title='attacked'\">"

# What the scripts of the tests use.
TOOLS = """
const seen = {};
window.onerror = (message) => { seen.error = message; };
const $ = (query) => document.querySelector(query);
const $$ = (query) => Array.from(document.querySelectorAll(query));
const names = () => $$("tr.column").filter((row) => !row.hidden)
  .map((row) => row.querySelector("bdi").textContent);
const type = (text) => {
  $("#search").value = text;
  $("#search").dispatchEvent(new Event("input"));
};
"""


def dumped(page, folder, *options):
    """Return a page as Chromium leaves it after its scripts."""
    path = folder / "page.html"
    path.write_text(page, encoding="utf-8")
    profile = f"--user-data-dir={folder / 'profile'}"
    command = [CHROMIUM, *OPTIONS, profile, *options, "--dump-dom", path.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    return done.stdout


def run(page, script, folder, *options):
    """Run a script in the page, and return its object `seen`."""
    script = f"<script>{TOOLS}{script}\ndocument.title = JSON.stringify(seen);</script>"
    html = dumped(page.replace("</body>", f"{script}</body>"), folder, *options)
    return json.loads(unescape(re.search("<title>(.*?)</title>", html, re.S)[1]))


@pytest.fixture(scope="module")
def page():
    """The page of 40 columns: two informative, one hostile, one a copy, and noise."""
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(300, 37)).round(3), columns=[f"n{j}" for j in range(37)])
    y = np.where(X["n3"] + X["n5"] / 2 + rng.normal(size=300) > 0, "yes", "no")
    X[HOSTILE] = rng.choice([HOSTILE, "b"], 300)
    X["copy"], X["n3"] = X["n5"], X["n3"].where(rng.random(300) < 0.8)
    X["shown"] = rng.choice(list("abc"), 300)
    return information_report(X, y).html()


def test_columns_are_sorted_searched_and_filtered(page, tmp_path):
    seen = run(
        page,
        """
        seen.all = names();
        seen.count = $("#count").textContent;
        seen.more = $("#more").hidden;
        $("#more").click();
        seen.afterMore = names().length;
        const head = (key) => $(`th[data-key=${key}] button`);
        head("name").click();
        seen.byName = names();
        seen.sort = $("th[data-key=name]").getAttribute("aria-sort");
        head("name").click();
        seen.byNameDown = names();
        head("missing").click();
        seen.byMissing = names()[0];
        head("step").click();
        seen.bySelection = names();
        type("n1");
        seen.n1 = names().sort();
        type("DUPLICATE");
        seen.duplicate = names();
        type("<img");
        seen.hostile = names();
        type("");
        $("[data-view=informative]").click();
        seen.informative = names().sort();
        seen.pressed = $$("[aria-pressed=true]").map((button) => button.textContent);
        $("[data-view=selected]").click();
        seen.selected = names();
        document.execCommand = () => { seen.copied = document.activeElement.value; return true; };
        $("#copy").click();
        seen.copy = $("#copy").textContent;
        """,
        tmp_path,
    )
    assert "error" not in seen
    assert len(seen["all"]) == 25
    assert seen["all"][0] == "n3"
    assert seen["count"] == "40 of 40 columns"
    assert seen["more"] is False
    assert seen["afterMore"] == 40
    # In the order of the numbers in the names.
    assert seen["byName"][:3] == [HOSTILE, "copy", "n0"]
    assert seen["byName"].index("n9") + 1 == seen["byName"].index("n10")
    assert seen["sort"] == "ascending"
    assert seen["byNameDown"] == seen["byName"][::-1]
    assert seen["byMissing"] == "n3"
    assert set(seen["bySelection"][:2]) == {"n3", "n5"}
    assert seen["n1"] == ["n1", *(f"n1{j}" for j in range(10))]
    assert seen["duplicate"] == ["copy"]
    assert seen["hostile"] == [HOSTILE]
    assert {"n3", "n5", "copy"} <= set(seen["informative"])
    assert seen["pressed"] == ["Informative"]
    assert seen["selected"] == ["n3", "n5"]
    assert (seen["copied"], seen["copy"]) == ('["n3","n5"]', "Copied")


def test_rows_unfold(page, tmp_path):
    seen = run(
        page,
        """
        const detail = () => $$("tr.detail").length;
        $(".open-row").click();
        seen.open = detail();
        seen.expanded = $(".open-row").getAttribute("aria-expanded");
        seen.bins = $$("tr.detail tbody tr").map((row) => row.cells[0].textContent);
        seen.heads = $$("tr.detail th").map((head) => head.textContent);
        seen.facts = $("tr.detail .facts").textContent;
        $(".open-row").click();
        seen.closed = detail();
        $("[data-show]").click();
        seen.shown = [detail(), document.activeElement.textContent, $("[data-show]").textContent];
        type(seen.shown[1]);
        seen.search = detail();
        """,
        tmp_path,
    )
    assert "error" not in seen
    assert (seen["open"], seen["closed"], seen["expanded"]) == (1, 0, "true")
    assert seen["bins"][0].startswith("[-inf, ")
    assert seen["bins"][-1] == "missing"
    assert {"bin", "rows", "rate of yes", "bits"} <= set(seen["heads"])
    assert "Missing" in seen["facts"]
    details, focused, link = seen["shown"]
    assert details == 1
    assert link.startswith(focused)
    assert seen["search"] == 0


def test_hostile_names_stay_text(page, tmp_path):
    seen = run(
        page,
        """
        type("<img");
        $("tr.column:not([hidden]) .open-row").click();
        seen.images = $$("img").length;
        seen.bins = $("tr.detail td.text bdi").textContent;
        """,
        tmp_path,
    )
    assert seen["images"] == 0
    assert seen["bins"].startswith("{")


# What would run a script if it got out of a text, an attribute, a style or the data.
ATTACKS = [
    "<script>window.hacked = 1</script>",
    "</script><script>window.hacked = 1</script>",
    "</style></title></textarea><svg onload='window.hacked = 1'>",
    '" onmouseover="window.hacked = 1" autofocus onfocus="window.hacked = 1',
    "' onclick='window.hacked = 1",
    "<!--<script>window.hacked = 1//-->",
    "javascript:window.hacked = 1",
    "}</style><style>* { display: none }",
    "&lt;img src=x onerror=window.hacked=1&gt;",
    "\u2028window.hacked = 1\u2029",
    "\0<\x01script>window.hacked = 1</script>",
    "${window.hacked = 1}`${1}",
]


def hostile_pages():
    """Yield a page of a report, and one of the HTML that notebooks show of other objects."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 300)
    columns = {
        name: np.array(ATTACKS, object)[(rng.integers(0, 9, 300) + j * y) % len(ATTACKS)]
        for j, name in enumerate(ATTACKS)
    }
    X, y = pd.DataFrame(columns), np.array(ATTACKS[:2], object)[y]
    yield information_report(X, pd.Series(y, name=ATTACKS[3]), title=ATTACKS[1]).html()
    scores = np.full((300, 2), 0.5)
    shown = [
        MutualInfoBinner().fit(X, y),
        InfoBottleneckSelector(3).fit(X, y),
        population_stability(X.iloc[:150], X.iloc[150:]),
        log_loss_decomposition(y, scores),
    ]
    parts = "".join(each._repr_html_() for each in shown)
    head = "<!DOCTYPE html><html><head><title></title></head>"
    yield f"{head}<body>{parts}</body></html>"


@pytest.mark.parametrize("number", [0, 1])
def test_no_name_or_level_runs_a_script(number, tmp_path):
    page = list(hostile_pages())[number]
    seen = run(
        page,
        """
        $$("button, summary, .open-row").forEach((each) => each.click());
        $$("*").forEach((each) => {
          ["mouseover", "focus", "click"].forEach((name) => each.dispatchEvent(new Event(name)));
        });
        seen.hacked = window.hacked === undefined ? 0 : window.hacked;
        seen.shown = getComputedStyle(document.body).display;
        seen.handlers = $$("*").filter((each) => each.getAttributeNames()
          .some((name) => /^on(load|error|mouseover|focus)$/.test(name))).length;
        """,
        tmp_path,
    )
    assert seen == {"hacked": 0, "shown": "block", "handlers": 0}


def test_the_map_is_read_under_the_pointer(page, tmp_path):
    seen = run(
        page,
        """
        const image = $("#map image").getBoundingClientRect();
        const order = JSON.parse($("#data").textContent);
        const inOrder = order.map.map((j) => order.name[j]);
        const at = (name) => (inOrder.indexOf(name) + 0.5) / inOrder.length;
        // The script has read the image by then.
        setTimeout(() => {
          $("#map").dispatchEvent(new PointerEvent("pointermove", {
            clientX: image.left + at("n5") * image.width,
            clientY: image.top + at("copy") * image.height,
          }));
          seen.text = $("#readout").textContent;
          document.title = JSON.stringify(seen);
        }, 500);
        """,
        tmp_path,
    )
    # Equal columns share all, less what independent ones would.
    assert re.fullmatch(r"copy and n5 share \d\d %", seen["text"])


@pytest.mark.parametrize("width", [390, 1300])
def test_the_page_fits_the_screen(page, tmp_path, width):
    # In a frame, as windows of headless Chromium have a least width; in the process of the outer
    # page, for which Chromium waits.
    frame = embedded(page.replace("</body>", f"<script>{TOOLS}{WIDTHS}</script></body>"))
    frame = frame.replace('style="width: 100%', f'style="width: {width}px')
    frame = frame.replace('sandbox="allow-scripts"', "")
    listen = "onmessage = (event) => { document.title = JSON.stringify(event.data); };"
    html = dumped(
        f"<title>none</title><script>{listen}</script><body>{frame}</body>",
        tmp_path,
        "--window-size=1400,900",
    )
    seen = json.loads(unescape(re.search("<title>(.*?)</title>", html)[1]))
    assert seen["errors"] == []
    assert seen["page"] <= width
    assert seen["rows"] == 25
    assert seen["detail"] <= width


WIDTHS = """
const errors = [];
document.addEventListener("securitypolicyviolation", (event) => errors.push(event.blockedURI));
$(".open-row").click();
setTimeout(() => parent.postMessage({
  errors: seen.error ? [...errors, seen.error] : errors,
  page: document.documentElement.scrollWidth,
  rows: names().length,
  detail: $("tr.detail .detail-box").getBoundingClientRect().width,
}, "*"), 200);
"""


def test_dark_colours(page, tmp_path):
    colour = "seen.colour = getComputedStyle(document.body).backgroundColor;"
    light = run(page, colour, tmp_path)["colour"]
    dark = run(page, colour, tmp_path, "--force-dark-mode")["colour"]
    assert light == "rgb(255, 255, 255)"
    assert max(map(int, re.findall(r"\d+", dark))) < 60


def test_nothing_can_be_fetched():
    assert "default-src 'none'" in POLICY
    assert "http" not in POLICY
