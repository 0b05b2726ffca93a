// Opens the filters on a wide screen in browsers whose style sheets cannot do it.

const wide = window.matchMedia("(min-width: 992px)");

function follow() {
  for (const sheet of document.querySelectorAll("details.sheet")) {
    sheet.open = wide.matches;
  }
}

if (!CSS.supports("selector(::details-content)")) {
  follow();
  wide.addEventListener("change", follow);
}
