/** How an image lies in its frame: magnified `scale` times from where it fits, and moved by so many CSS pixels from the middle. */
export interface Zoom {
  scale: number;
  x: number;
  y: number;
}

export interface Size {
  width: number;
  height: number;
}

export interface Point {
  x: number;
  y: number;
}

export const FITTED: Zoom = { scale: 1, x: 0, y: 0 };
export const MOST_SCALE = 12;
export const KEY_STEP = 1.25;

/** The size at which an image fits its frame; it is never shown larger than it is. */
export function fitted(image: Size, frame: Size): Size {
  if (image.width <= 0 || image.height <= 0) return { width: 0, height: 0 };
  const share = Math.min(frame.width / image.width, frame.height / image.height, 1);
  return { width: image.width * share, height: image.height * share };
}

/** The scale at which one pixel of the image is one CSS pixel. */
export function actualScale(image: Size, frame: Size): number {
  const width = fitted(image, frame).width;
  return width === 0 ? 1 : Math.min(MOST_SCALE, Math.max(1, image.width / width));
}

/** Magnified by a factor while the point under the pointer (from the middle of the frame) stays where it is. */
export function zoomedBy(zoom: Zoom, factor: number, at: Point, image: Size, frame: Size): Zoom {
  const scale = Math.min(MOST_SCALE, Math.max(1, zoom.scale * factor));
  const grown = scale / zoom.scale;
  return held({ scale, x: at.x - (at.x - zoom.x) * grown, y: at.y - (at.y - zoom.y) * grown }, image, frame);
}

/** Moved by so many CSS pixels. */
export function pannedBy(zoom: Zoom, by: Point, image: Size, frame: Size): Zoom {
  return held({ ...zoom, x: zoom.x + by.x, y: zoom.y + by.y }, image, frame);
}

/** What a double click or `0` does: from the whole image to its own pixels (or twice, where it is small), and back. */
export function toggled(zoom: Zoom, at: Point, image: Size, frame: Size): Zoom {
  if (zoom.scale > 1) return FITTED;
  return zoomedBy(zoom, Math.max(2, actualScale(image, frame)), at, image, frame);
}

/** Kept from leaving its frame: an edge never passes the middle's side of the frame's edge. */
export function held(zoom: Zoom, image: Size, frame: Size): Zoom {
  const shown = fitted(image, frame);
  const reach = (length: number, room: number) => Math.max(0, (length * zoom.scale - room) / 2);
  const across = reach(shown.width, frame.width);
  const down = reach(shown.height, frame.height);
  return { scale: zoom.scale, x: clamped(zoom.x, across), y: clamped(zoom.y, down) };
}

/** Where one looks, whatever the size of the pane: the scale, and moves as shares of the image as it fits. */
export interface Look {
  scale: number;
  across: number;
  down: number;
}

export const WHOLE: Look = { scale: 1, across: 0, down: 0 };

/** The zoom that shows this look in a frame; panes of other sizes and shapes show the same place. */
export function zoomOf(look: Look, image: Size, frame: Size): Zoom {
  const shown = fitted(image, frame);
  return held({ scale: look.scale, x: look.across * shown.width, y: look.down * shown.height }, image, frame);
}

/** The look that a zoom is in its frame. */
export function lookOf(zoom: Zoom, image: Size, frame: Size): Look {
  const shown = fitted(image, frame);
  const share = (move: number, length: number) => (length === 0 ? 0 : move / length);
  return { scale: zoom.scale, across: share(zoom.x, shown.width), down: share(zoom.y, shown.height) };
}

/** A look magnified by a factor around the middle, as keys and buttons do it. */
export function scaled(look: Look, factor: number): Look {
  const scale = Math.min(MOST_SCALE, Math.max(1, look.scale * factor));
  const grown = scale / look.scale;
  return scale === 1 ? WHOLE : { scale, across: look.across * grown, down: look.down * grown };
}

function clamped(value: number, reach: number): number {
  // A sum keeps -0 away, which compares as different.
  return Math.min(reach, Math.max(-reach, value)) + 0;
}
