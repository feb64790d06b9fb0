"use strict";

// The query desk by keyboard: a digit chooses what is asked and answers it at once; inside a box together with Alt.  Escape leaves a box.
const asking = document.getElementById("asking");
const words = document.getElementById("words");
const PAUSE = 250; // milliseconds in typing, after which it is answered
let typed;
let chosen = asking.querySelector("[name=about]:checked");

function choose(choice) {
  // An id number says nothing of a hospital, nor a hospital of a person.
  if (choice.hasAttribute("data-personal") !== chosen.hasAttribute("data-personal")) words.value = "";
  chosen = choice;
  choice.checked = true;
  if (choice.hasAttribute("data-personal") && document.querySelector("[data-call]")) {
    words.value = "";
    document.activeElement.blur(); // the caller is known: the answer is all there is, and the next key chooses again
  } else {
    words.focus();
    words.select();
  }
  asking.requestSubmit();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.isComposing) return;
  const typing = event.target.closest("input:not([type=radio]), textarea, select");
  if (event.key === "Escape" && typing) {
    event.preventDefault(); // a search box would empty itself
    typing.blur();
    return;
  }
  if (typing && !event.altKey) return;
  const key = event.altKey ? event.code.replace(/^(Digit|Numpad|Key)/, "").toLowerCase() : event.key;
  const choice = asking.querySelector(`[data-digit="${CSS.escape(key)}"]`);
  const button = event.altKey && document.querySelector(`#answer [data-key="${CSS.escape(key)}"]`);
  if (!choice && !button) return;
  event.preventDefault();
  if (choice) choose(choice);
  else button.click();
});

asking.addEventListener("change", (event) => {
  if (event.target.name === "about") choose(event.target);
});

words.addEventListener("input", () => {
  clearTimeout(typed);
  typed = setTimeout(() => asking.requestSubmit(), PAUSE);
});
asking.addEventListener("submit", () => clearTimeout(typed));

// Whom it is about stands in the answer now, or the call is over.
document.body.addEventListener("caller-changed", () => {
  words.value = "";
});
