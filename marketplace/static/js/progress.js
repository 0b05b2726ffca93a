// Shows how far long work is. The URL answers {"done", "total", "finished", "url"}; a finished one names where to go.

const ASK_MS = 1000;
const ASK_AGAIN_MS = 5000; // after an answer that did not come

function show(bar, done, total) {
  const line = bar.closest(".progress-line");
  const written = new Intl.NumberFormat(document.documentElement.lang);
  if (total) {
    bar.max = total;
    bar.value = done;
  }
  line.querySelector("[data-progress-done]").textContent = written.format(done);
  line.querySelector("[data-progress-total]").textContent = written.format(total);
}

async function ask(bar) {
  let wait = ASK_MS;
  try {
    const answer = await fetch(bar.dataset.poll, { headers: { Accept: "application/json" } });
    const { done, total, finished, url } = await answer.json();
    show(bar, done, total);
    if (finished) {
      if (url) {
        location.assign(url);
      }
      return;
    }
  } catch {
    wait = ASK_AGAIN_MS;
  }
  setTimeout(() => ask(bar), wait);
}

document.querySelectorAll("progress[data-poll]").forEach(ask);
