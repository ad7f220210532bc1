"use strict";
// Extras alone: the page says everything without them.
(() => {
  const index = document.getElementById("index");

  const search = () => {
    const lines = [...index.querySelectorAll("tbody tr, li.page")].map((line) => [line, line.textContent.toLowerCase()]);
    const label = document.createElement("label");
    label.className = "search screen";
    label.textContent = "Find ";
    const box = document.createElement("input");
    box.type = "search";
    box.placeholder = "what is gone: a host, a site, a component";
    label.append(box);
    box.addEventListener("input", () => {
      const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
      for (const [line, text] of lines) line.hidden = !words.every((word) => text.includes(word));
    });
    box.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      const found = lines.find(([line]) => !line.hidden);
      if (found) found[0].querySelector("a")?.click();
    });
    document.addEventListener("keydown", (event) => {
      if (event.key !== "/" || event.target.closest("input")) return;
      event.preventDefault();
      box.focus();
    });
    index.querySelector("h2").after(label);
  };

  const copying = () => {
    for (const block of document.querySelectorAll("figure.command")) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = "copy";
      button.addEventListener("click", async () => {
        const code = block.querySelector("code[data-command]");
        try {
          await navigator.clipboard.writeText(code.textContent);
          button.textContent = "copied";
        } catch {
          getSelection().selectAllChildren(code);
          button.textContent = "marked";
        }
        setTimeout(() => { button.textContent = "copy"; }, 2000);
      });
      block.querySelector("figcaption").append(button);
    }
  };

  // A tick writes the time into the first blank beside it.
  const stamps = () => {
    let ticked = 0;
    document.addEventListener("change", (event) => {
      if (event.target.type !== "checkbox") return;
      ticked += event.target.checked ? 1 : -1;
      const blank = event.target.closest("li")?.querySelector(".blank");
      if (!blank) return;
      blank.dataset.dots ??= blank.textContent;
      const now = new Date();
      const clock = [now.getHours(), now.getMinutes()].map((part) => String(part).padStart(2, "0")).join(":");
      blank.textContent = event.target.checked ? clock : blank.dataset.dots;
      blank.classList.toggle("filled", event.target.checked);
    });
    // Ticks are in this window alone.
    addEventListener("beforeunload", (event) => { if (ticked > 0) event.preventDefault(); });
  };

  search();
  copying();
  stamps();
})();
