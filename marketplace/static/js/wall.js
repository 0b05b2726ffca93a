// Renews the figures on the wall screen and draws their trend. What the server wrote stays until newer figures have come: where it
// does not answer, the screen says so and keeps the last ones. Nothing moves and nothing blinks.

const screen = document.querySelector("[data-wall]");
const chartBox = screen.querySelector("[data-wall-chart]");
const known = screen.querySelector("[data-wall-known]");
const problem = screen.querySelector("[data-wall-problem]");
const chinese = document.documentElement.lang !== "en";
const written = new Intl.DateTimeFormat(chinese ? "zh-CN" : "en-GB", {
  dateStyle: chinese ? "long" : "medium", timeStyle: "short", timeZone: "Asia/Shanghai",
});
const every = Number(screen.dataset.seconds) * 1000;

screen.querySelector("[data-wall-still]").hidden = true;

let shown = JSON.parse(chartBox.dataset.wallChart);
let tag = "";
let silentSince = null;
let chart = null;

function moment(value) {
  return written.format(new Date(value));
}

function say(text, values) {
  return text.replace(/\{(\w+)\}/g, (_whole, name) => values[name]);
}

function setKnown(at) {
  silentSince = null;
  problem.textContent = "";
  known.dateTime = at;
  known.textContent = say(screen.dataset.known, { moment: moment(at) });
}

function setSilent(text) {
  silentSince ??= Date.now();
  problem.textContent = say(text, { since: moment(silentSince), moment: moment(known.dateTime) });
}

function renew(parts) {
  for (const [name, html] of Object.entries(parts)) {
    const part = screen.querySelector(`[data-wall-part="${name}"]`);
    if (part.innerHTML === html) {
      continue;
    }
    const held = [...part.querySelectorAll("a")].indexOf(document.activeElement);
    part.innerHTML = html;
    part.querySelectorAll("a")[held]?.focus();
  }
}

async function ask() {
  try {
    const answer = await fetch(screen.dataset.wall, {
      cache: "no-store", redirect: "manual", signal: AbortSignal.timeout(every),
      headers: tag ? { "If-None-Match": tag } : {},
    });
    if (answer.type === "opaqueredirect" || answer.status === 404) {
      setSilent(screen.dataset.ended);
      return;
    }
    if (answer.status === 200) {
      const { parts, chart: drawn } = await answer.json();
      renew(parts);
      shown = drawn;
      draw();
    } else if (answer.status !== 304) {
      throw new Error(answer.statusText);
    }
    tag = answer.headers.get("ETag");
    setKnown(answer.headers.get("X-Known-At"));
  } catch {
    setSilent(screen.dataset.offline);
  }
}

async function keepAsking() {
  await ask();
  setTimeout(keepAsking, every);
}

// The first amount is drawn as an outline and the second filled, so that they differ without colour too.
function series({ name, amounts }, place, styles, size) {
  const colour = styles.getPropertyValue(`--series-${place}`).trim();
  const filled = { color: place ? colour : "transparent", borderColor: colour, borderWidth: size / 10 };
  return { type: "bar", name, data: amounts, itemStyle: filled, barGap: "10%", barCategoryGap: "30%" };
}

function axis(styles, size, more) {
  const colour = styles.getPropertyValue("--wall-muted").trim();
  return {
    axisLabel: { color: colour, fontSize: size, fontFamily: styles.fontFamily, hideOverlap: true },
    axisLine: { lineStyle: { color: colour } }, axisTick: { show: false },
    splitLine: { lineStyle: { color: styles.getPropertyValue("--wall-line").trim() } },
    ...more,
  };
}

function draw() {
  if (!window.echarts) {
    return; // The table of months stands in its place.
  }
  chartBox.parentElement.classList.add("wall-drawn");
  const styles = getComputedStyle(chartBox);
  const size = parseFloat(styles.fontSize);
  chart ??= window.echarts.init(chartBox, null, { renderer: "canvas" });
  chart.setOption({
    animation: false,
    grid: { left: 0, right: 0, top: size / 2, bottom: 0, containLabel: true },
    xAxis: axis(styles, size, { type: "category", data: shown.months, splitLine: { show: false } }),
    yAxis: axis(styles, size, { type: "value", splitNumber: 3 }),
    series: shown.series.map((one, place) => series(one, place, styles, size)),
  }, true);
}

function redraw() {
  draw();
  chart?.resize();
}

if (document.readyState === "complete") {
  draw();
} else {
  addEventListener("load", draw);
}
addEventListener("resize", redraw);
setTimeout(keepAsking, every);
