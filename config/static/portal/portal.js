"use strict";

// A form is sent once, as the server holds too; where its answer was a download, the page stays and may ask again.
const AGAIN_AFTER = 5000; // milliseconds
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || form.hasAttribute("hx-post") || form.target) return;
  if (Date.now() - Number(form.dataset.sent || 0) < AGAIN_AFTER) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = Date.now();
});
window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
});

// A material whose scan is chosen counts as handed in; before the decision is asked for anew.
document.addEventListener(
  "change",
  (event) => {
    const box = event.target.files?.length && document.getElementById(event.target.dataset.ticks);
    if (box) box.checked = true;
  },
  true,
);

// After an error the first faulty field has the focus.
document.addEventListener("DOMContentLoaded", () => {
  const faulty = document.querySelector(".faulty input, .faulty select, .faulty textarea");
  if (faulty) faulty.focus();
});

// Steps that ask for a reason open a dialog.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  if (opener) document.getElementById(opener.dataset.dialog).showModal();
  const closer = event.target.closest("[data-close]");
  if (closer) closer.closest("dialog").close();
});
document.addEventListener("DOMContentLoaded", () => {
  const named = location.hash && document.getElementById(location.hash.slice(1));
  const open = document.querySelector("dialog[data-open]") || (named instanceof HTMLDialogElement ? named : null);
  if (open) open.showModal();
});

// All rows of a list are chosen at once, or none of them where all are.
document.addEventListener("click", (event) => {
  const all = event.target.closest("[data-tick-all]");
  if (!all) return;
  const boxes = [...document.querySelectorAll(`input[name="${all.dataset.tickAll}"]`)];
  const tick = !boxes.every((box) => box.checked);
  boxes.forEach((box) => (box.checked = tick));
});

// What is typed after a question was sent makes its answer stale: it must not come back over what was typed.
document.addEventListener("input", (event) => {
  const live = event.target.closest("[data-live]");
  if (live) htmx.trigger(live, "htmx:abort");
});
