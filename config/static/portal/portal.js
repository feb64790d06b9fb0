"use strict";

// Keyboard: "/" goes to the search box; a link or button with data-key is reached by that key alone.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (typing) return;
  if (event.key === "/") {
    const box = document.getElementById("search");
    if (box) {
      event.preventDefault();
      box.focus();
      box.select();
    }
    return;
  }
  const target = document.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
  if (target) {
    event.preventDefault();
    target.click();
  }
});

// A form is sent once; the server refuses the second one too.  One that gives a file (data-repeats) leaves the page as it is.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || form.hasAttribute("hx-post") || form.hasAttribute("data-repeats")) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
});

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
  document.querySelectorAll("dialog[data-open]").forEach((dialog) => dialog.showModal());
});

// What is typed after a question was sent makes its answer stale: it must not come back over what was typed.
document.addEventListener("input", (event) => {
  const live = event.target.closest("[data-live]");
  if (live) htmx.trigger(live, "htmx:abort");
});
