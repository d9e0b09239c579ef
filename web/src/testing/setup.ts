import "@testing-library/jest-dom/vitest";
import { configure } from "@testing-library/react";

configure({ asyncUtilTimeout: 10_000 });

// What Mantine asks of a browser and happy-dom does not have.
class NoObserver implements ResizeObserver {
  observe() {}
  unobserve() {}
  disconnect() {}
}
globalThis.ResizeObserver ??= NoObserver;
// Tests of what runs without a page have none of this.
if ("Element" in globalThis) Element.prototype.scrollIntoView ??= () => {};

// What a test keeps in the browser ends with it.
afterEach(() => {
  globalThis.sessionStorage?.clear();
  globalThis.localStorage?.clear();
});
