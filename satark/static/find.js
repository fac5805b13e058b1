"use strict";
// Before a long list of offices, a field: what has the typed letters is left in the list. Nothing is chosen by it.
(() => {
  const LONG = 8;
  const plain = (text) => text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
  function narrow(select, options, typed) {
    const words = plain(typed).split(/\s+/).filter(Boolean);
    const fits = (option) => !option.value || option.selected || words.every((word) => plain(option.text).includes(word));
    select.replaceChildren(...options.filter(fits));
  }
  function enhance() {
    for (const select of document.querySelectorAll("select[data-find]:not([data-found])")) {
      select.dataset.found = "";
      const options = [...select.options];
      if (options.length <= LONG) continue;
      const field = document.createElement("input");
      Object.assign(field, { type: "search", placeholder: select.dataset.find, autocomplete: "off", className: "find" });
      field.setAttribute("aria-label", select.dataset.find);
      field.setAttribute("aria-controls", select.id);
      field.addEventListener("input", () => narrow(select, options, field.value));
      field.addEventListener("change", (event) => event.stopPropagation());
      field.addEventListener("keydown", (event) => {
        if (event.key !== "Enter") return;
        event.preventDefault();
        select.focus();
      });
      (select.closest("label") ?? select).before(field);
    }
  }
  enhance();
  document.addEventListener("htmx:afterSettle", enhance);
})();
