// The door to the survey. Without this file it works as well; the ticket is then copied by hand.
(() => {
  "use strict";
  // A second click would show the page of those who have their ticket already, instead of the ticket
  for (const form of document.querySelectorAll("form[data-once]")) {
    let isSent = false;
    form.addEventListener("submit", (event) => {
      if (isSent) event.preventDefault();
      isSent = true;
    });
  }
  const ticket = document.querySelector("#ticket");
  if (!ticket) return;
  const copy = document.querySelector("#copy");
  const printing = document.querySelector("#print");
  printing.hidden = false;
  printing.addEventListener("click", () => print());
  ticket.addEventListener("focus", () => ticket.select());
  if (!navigator.clipboard) return;
  copy.hidden = false;
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(ticket.value);
    copy.textContent = copy.dataset.done;
  });
})();
