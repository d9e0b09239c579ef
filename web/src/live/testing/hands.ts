import { act } from "@testing-library/react";
import type { Thing, Topic } from "@/live/things";
import type { Line, Reader, Transport } from "@/live/transports";

/** The other end of every line, in the hand of a test. */
export class Hand implements Transport {
  readonly name = "events";
  readonly lines = new Map<Topic, Reader>();

  follows(): boolean {
    return true;
  }

  open(topic: Topic, reader: Reader): Line {
    this.lines.set(topic, reader);
    return { close: () => this.lines.delete(topic) };
  }

  close() {
    this.lines.clear();
  }

  async tell(...things: Thing[]) {
    await act(async () => {
      for (const reader of this.lines.values()) {
        reader.take(things);
        reader.up();
      }
    });
  }
}
