/** Gives every element this width in a page that lays nothing out; until the test ends. */
export function layOut(width: number) {
  const before = globalThis.ResizeObserver;
  globalThis.ResizeObserver = class implements ResizeObserver {
    constructor(private readonly told: ResizeObserverCallback) {}

    observe(target: Element) {
      const contentRect = new DOMRect(0, 0, width, 0);
      this.told([{ target, contentRect } as unknown as ResizeObserverEntry], this);
    }

    unobserve() {}
    disconnect() {}
  };
  onTestFinished(() => {
    globalThis.ResizeObserver = before;
    globalThis.scrollTo(0, 0);
  });
}
