// Keys for the row of figures on the desk. They work while the focus is in it and nowhere else, so that nobody who types into a
// field or speaks to the computer sets one off (WCAG 2.1.4). The list of them is on the page, behind "?".

const row = document.querySelector("[data-keys]");
const figures = [...row.querySelectorAll("a[data-code]")];
const list = row.querySelector(".keys");
const current = figures.find((one) => one.hasAttribute("aria-current")) ?? figures[0];

// The focus comes back to the row on the page that is opened from it by a key.
function open(figure) {
  const url = new URL(figure.href);
  url.hash = row.id;
  location.assign(url);
}

function step(event, place) {
  const moves = {
    ArrowRight: place + 1, ArrowLeft: place - 1, Home: 0, End: figures.length - 1,
  };
  if (event.key in moves) {
    figures[(moves[event.key] + figures.length) % figures.length].focus();
    return true;
  }
  return false;
}

row.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey) {
    return;
  }
  const place = figures.indexOf(document.activeElement);
  const named = /^[0-6]$/.test(event.key) && figures.find((one) => one.dataset.code === `A${event.key}`);
  if (event.key === "?") {
    list.open = !list.open;
  } else if (named) {
    open(named);
  } else if (place < 0 || !step(event, place)) {
    return;
  }
  event.preventDefault();
});

// The row itself was reached, by the skip link or after a key: the figure at hand takes the focus.
row.addEventListener("focus", () => current.focus());
list.hidden = false;
if (location.hash === `#${row.id}`) {
  current.focus();
}
