// Toasts leave by themselves after data-seconds (0: never); pointer and focus hold them. They are read out once, after load.
const box = document.querySelector(".v-toasts");

function leaveAfter(toast, seconds) {
  let left = seconds;
  const tick = setInterval(() => {
    if (!toast.isConnected) return clearInterval(tick);
    if (toast.matches(":hover, :focus-within")) return;
    left -= 1;
    const count = toast.querySelector("[data-count]");
    if (count) count.textContent = left;
    if (left <= 0) toast.remove();
  }, 1000);
}

function start(toast) {
  toast.dataset.started = "";
  const close = toast.querySelector("[data-dismiss]");
  if (close) {
    close.hidden = false;
    close.addEventListener("click", () => toast.remove());
  }
  const seconds = Number(toast.dataset.seconds);
  if (seconds) leaveAfter(toast, seconds);
}

if (box) {
  for (const toast of box.querySelectorAll(".v-toast")) start(toast);
  // A live region speaks only of what changes after load.
  setTimeout(() => box.append(...box.children), 150);
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes) {
      for (const node of addedNodes) if (node.matches?.(".v-toast:not([data-started])")) start(node);
    }
  }).observe(box, { childList: true });
}
