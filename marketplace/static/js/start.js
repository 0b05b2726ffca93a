// Loads what the page at hand can use. Every page works without any of it.

import "./busy.js";

const wanted = {
  "details.menu": "./menu.js",
  "details.sheet": "./sheet.js",
  "form[data-autosave]": "./draft.js",
  "[data-keys]": "./keys.js",
  "[data-similar]": "./similar.js",
  "[data-models]": "./price.js",
  "input[data-suggestions]": "./suggest.js",
  "progress[data-poll]": "./progress.js",
  "[data-wall]": "./wall.js",
};

for (const [selector, module] of Object.entries(wanted)) {
  if (document.querySelector(selector)) {
    import(module);
  }
}
