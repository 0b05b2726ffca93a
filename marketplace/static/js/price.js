// Shows of an offer what the chosen price model knows. What somebody has typed stays in sight under every model: it would be
// refused, and nobody should have to look for it.

const model = document.querySelector("select[name=price_model]");
const parts = [...document.querySelectorAll("[data-models]")];

function isTyped(field) {
  return field.options ? [...field.options].some((one) => one.selected !== one.defaultSelected) : field.value !== field.defaultValue;
}

function holdsTyped(part) {
  return "typed" in part.dataset || [...part.querySelectorAll("input, select")].some(isTyped);
}

function show() {
  for (const part of parts) {
    const isWrong = part.matches(".field-wrong") || part.querySelector(".field-wrong");
    part.hidden = !part.dataset.models.split(" ").includes(model.value) && !isWrong && !holdsTyped(part);
  }
}

model.addEventListener("change", show);
// The browser's own button leads back to what was chosen before.
window.addEventListener("pageshow", show);
show();
