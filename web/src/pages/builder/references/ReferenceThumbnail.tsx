import { IconPhoto, IconPhotoQuestion } from "@tabler/icons-react";
import classes from "./References.module.css";
import type { Reference } from "./references";

const FILLED = 64;

interface ReferenceThumbnailProps {
  /** What the row says: a reference's id, or the name of a file that is still to come. */
  name: string;
  reference: Reference | undefined;
  /** In pixels; left out, it fills its place. */
  size?: number;
}

/** A reference picture, small; a name that belongs to none is shown as a question. */
export function ReferenceThumbnail({ name, reference, size }: ReferenceThumbnailProps) {
  const link = reference?.thumbnail_url;
  const Icon = reference || name.startsWith("ref_") ? IconPhoto : IconPhotoQuestion;
  return (
    <span
      className={classes.thumbnail}
      style={size === undefined ? { width: "100%", aspectRatio: "1" } : { width: size, height: size }}
      title={reference?.filename ?? name}
      data-lost={link ? undefined : true}
    >
      {link ? (
        <img src={link} alt={reference.filename} loading="lazy" draggable={false} />
      ) : (
        <Icon size={(size ?? FILLED) * 0.55} stroke={1.5} role="img" aria-label={name} />
      )}
    </span>
  );
}
