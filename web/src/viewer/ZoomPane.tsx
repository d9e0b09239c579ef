import { useElementSize } from "@mantine/hooks";
import { type CSSProperties, type ReactNode, useRef } from "react";
import { useZoom } from "@/viewer/useZoom";
import styles from "@/viewer/ZoomPane.module.css";
import { fitted, type Look, type Size } from "@/viewer/zooms";

interface ZoomPaneProps {
  image: Size;
  look: Look;
  onLook: (look: Look) => void;
  onSwipe?: (step: 1 | -1) => void;
  /** What is shown in a box of the image's shape; several lie over one another. */
  children: ReactNode;
  /** What lies over the frame and is not zoomed. */
  over?: ReactNode;
}

/** A frame in which an image is zoomed and moved by wheel, pinch, drag and double click. */
export function ZoomPane({ image, look, onLook, onSwipe, children, over }: ZoomPaneProps) {
  const frame = useRef<HTMLDivElement | null>(null);
  const { ref, width, height } = useElementSize();
  const size = { width, height };
  const { zoom, bind } = useZoom({ frame, image, size, look, onLook, onSwipe });
  const shown = fitted(image, size);
  const place: CSSProperties = {
    width: shown.width,
    height: shown.height,
    transform: `translate(${zoom.x}px, ${zoom.y}px) scale(${zoom.scale})`,
  };
  const both = (element: HTMLDivElement | null) => {
    frame.current = element;
    return ref(element);
  };
  return (
    <div className={styles.frame} ref={both} data-zoomed={zoom.scale > 1 || undefined} {...bind}>
      {shown.width > 0 && (
        <div className={styles.image} style={place}>
          {children}
        </div>
      )}
      {over}
    </div>
  );
}
