import { IconPhotoOff } from "@tabler/icons-react";
import { onlineManager } from "@tanstack/react-query";
import { type CSSProperties, useEffect, useEffectEvent, useState } from "react";
import { useLinks } from "@/api/links";
import { asProblem } from "@/api/problems";
import type { LinksView } from "@/api/schema";
import styles from "@/design/Picture.module.css";

const LINK: Record<PictureSize, keyof LinksView & `${string}url`> = {
  thumbnail: "thumbnail_url",
  screen: "optimised_url",
  original: "url",
};
const TRIES = 2;
const FIRST_WAIT_MS = 5_000;
const LONGEST_WAIT_MS = 60_000;

/** The picture as a thumbnail, whole as a small JPEG for a screen, or as it was made. */
export type PictureSize = "thumbnail" | "screen" | "original";

interface PictureProps {
  /** The image's id: links are asked for where none is given, and anew when the given one has ended. */
  asset: string;
  /** A link that is known already, of the wanted size. */
  src?: string | null;
  size?: PictureSize;
  /** In pixels, so that nothing jumps when it comes; a square where they are not known. */
  width: number | null;
  height: number | null;
  alt: string;
  /** Whether the whole picture is shown, or the box filled with its middle. */
  fit?: "contain" | "cover";
  /** For the one picture that a page is about: it is loaded at once. */
  eager?: boolean;
  /** Whether it fades in over its placeholder; the many of a grid that is scrolled are there at once, which draws them once. */
  fades?: boolean;
}

/** An image over a blurred placeholder that has its shape; a link that has ended is replaced by a fresh one. */
export function Picture(props: PictureProps) {
  // Another picture begins anew.
  return <LoadedPicture key={`${props.asset} ${props.size ?? ""}`} {...props} />;
}

function LoadedPicture({
  asset,
  src,
  size = "thumbnail",
  width,
  height,
  alt,
  fit = "cover",
  eager,
  fades = true,
}: PictureProps) {
  const [failures, setFailures] = useState(0);
  const [isLoaded, setLoaded] = useState(false);
  const isGiven = src !== undefined && src !== null && failures === 0;
  const links = useLinks(asset, !isGiven);
  const link = isGiven ? src : links.data?.[LINK[size]];
  const isGone = links.isError && asProblem(links.error).status === 404;
  const isLost = failures > TRIES || links.isError;
  useAnotherTry(isLost && !isGone, () => {
    setFailures(1);
    void links.refetch();
  });

  const failed = () => {
    setFailures(failures + 1);
    if (!isGiven && failures < TRIES) void links.refetch();
  };
  const shape: CSSProperties = { aspectRatio: width !== null && height !== null ? `${width} / ${height}` : "1 / 1" };
  return (
    <span
      className={styles.picture}
      style={{ ...shape, ...placeholder(asset) }}
      data-picture={asset}
      data-loaded={isLoaded || undefined}
      data-fades={fades || undefined}
    >
      {link !== undefined && !isLost && (
        <img
          // A second try of the same link needs a new element.
          key={`${failures} ${link}`}
          src={link}
          alt={alt}
          width={width ?? undefined}
          height={height ?? undefined}
          loading={eager ? "eager" : "lazy"}
          decoding="async"
          draggable={false}
          style={{ objectFit: fit }}
          onLoad={() => setLoaded(true)}
          onError={failed}
        />
      )}
      {isLost && (
        <span className={styles.lost} role="img" aria-label={`${alt} (not available)`}>
          <IconPhotoOff size={20} stroke={1.5} aria-hidden />
        </span>
      )}
    </span>
  );
}

/** Calls `again` while something `isLost`: when the connection is back, and after pauses that grow. */
function useAnotherTry(isLost: boolean, again: () => void) {
  const [tries, setTries] = useState(0);
  const tryAgain = useEffectEvent(() => {
    setTries(tries + 1);
    again();
  });
  useEffect(() => {
    if (!isLost) return;
    const timer = setTimeout(tryAgain, Math.min(FIRST_WAIT_MS * 2 ** tries, LONGEST_WAIT_MS));
    const forget = onlineManager.subscribe((isOnline) => isOnline && tryAgain());
    return () => {
      clearTimeout(timer);
      forget();
    };
  }, [isLost, tries]);
}

/** Two soft colours of an image's own, the same each time it is shown. */
export function placeholder(asset: string): CSSProperties {
  let hash = 0;
  for (const letter of asset) hash = (hash * 31 + letter.charCodeAt(0)) % 360_000;
  return { "--one": `${hash % 360}deg`, "--two": `${(hash + 40 + (hash % 80)) % 360}deg` } as CSSProperties;
}
