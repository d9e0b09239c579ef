// Runs before the first paint, so that a dark page never flashes light. The key is Mantine's.
try {
  const chosen = localStorage.getItem("mantine-color-scheme-value") ?? "auto";
  const dark = chosen === "dark" || (chosen === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.setAttribute("data-mantine-color-scheme", dark ? "dark" : "light");
} catch {
  // Without storage the page begins light and is set right when it starts.
}
