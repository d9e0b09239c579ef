import "@testing-library/jest-dom/vitest";

// What Mantine asks of a browser and happy-dom does not have.
class NoObserver implements ResizeObserver {
  observe() {}
  unobserve() {}
  disconnect() {}
}
globalThis.ResizeObserver ??= NoObserver;
Element.prototype.scrollIntoView ??= () => {};
