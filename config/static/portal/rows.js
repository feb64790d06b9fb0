"use strict";

// Rows of a form (receipts, details): added and removed by mouse or keyboard; the numbers of the fields only ever grow.
// Loaded before the form is there and listening for it on the document: whoever types at once is served as well.
const formOf = (event) => event.target.closest("#claim-form");

function addRow(table) {
  const prefix = table.dataset.rows;
  const total = document.getElementById(`id_${prefix}-TOTAL_FORMS`);
  const body = table.tBodies[0];
  const holder = document.createElement("tbody");
  holder.innerHTML = document.getElementById(`${prefix}-row`).innerHTML.replaceAll("__prefix__", total.value);
  total.value = Number(total.value) + 1;
  const row = holder.rows[0];
  body.append(row);
  row.querySelector("input").focus();
}

function removeRow(row) {
  const table = row.closest("table");
  const next = row.nextElementSibling || row.previousElementSibling;
  row.remove();
  if (next) next.querySelector("input").focus();
  else addRow(table);
  table.dispatchEvent(new Event("rows-changed", { bubbles: true }));
}

document.addEventListener("click", (event) => {
  const form = formOf(event);
  if (!form) return;
  const adder = event.target.closest("[data-add-row]");
  if (adder) addRow(form.querySelector(`[data-rows="${adder.dataset.addRow}"]`));
  const remover = event.target.closest("[data-remove-row]");
  if (remover) removeRow(remover.closest("tr"));
});

// A scanner ends a code with Enter: that goes on to the next box, and from the last one to a new row.  Ctrl+Enter saves, with Shift it
// hands the claim on as well.
document.addEventListener("keydown", (event) => {
  const form = formOf(event);
  if (!form || event.key !== "Enter" || event.isComposing || event.target.closest("button, a, summary, textarea")) return;
  event.preventDefault();
  if (event.ctrlKey) {
    form.requestSubmit(event.shiftKey ? form.querySelector("[data-hands-on]") : null);
    return;
  }
  const boxes = [...form.querySelectorAll("input:not([type=hidden]), select")].filter((box) => box.offsetParent);
  const row = event.target.closest("[data-rows] tbody tr");
  if (row && !row.nextElementSibling && event.target === [...row.querySelectorAll("input")].at(-1)) {
    addRow(row.closest("table"));
  } else {
    boxes[boxes.indexOf(event.target) + 1]?.focus();
  }
});
