import { Loader, Stack, Text } from "@mantine/core";
import { IconBan, IconCircleDashed, IconCircleX } from "@tabler/icons-react";
import type { ItemView } from "@/api/schema";
import { Picture } from "@/design/Picture";
import { reasonOf } from "@/viewer/reasons";
import { ratioOf } from "@/viewer/shapes";
import styles from "@/viewer/Viewer.module.css";
import { ZoomPane } from "@/viewer/ZoomPane";
import type { Look } from "@/viewer/zooms";

interface StageProps {
  item: ItemView;
  look: Look;
  onLook: (look: Look) => void;
  onSwipe?: (step: 1 | -1) => void;
}

/** The image, to be zoomed; where there is none yet, or never will be, why. */
export function Stage({ item, look, onLook, onSwipe }: StageProps) {
  const { asset } = item;
  if (item.status !== "succeeded" || asset === null) return <NoImage item={item} />;
  const image = { width: asset.width ?? 1024 * ratioOf(item.aspect_ratio), height: asset.height ?? 1024 };
  return (
    <ZoomPane image={image} look={look} onLook={onLook} {...(onSwipe && { onSwipe })}>
      <Picture
        asset={asset.id}
        size="screen"
        alt={item.prompt}
        width={image.width}
        height={image.height}
        fit="contain"
        eager
      />
    </ZoomPane>
  );
}

function NoImage({ item }: { item: ItemView }) {
  return (
    <Stack className={styles.none} align="center" justify="center" gap="xs" ta="center">
      <Mark status={item.status} />
      <Text fw={600}>{headline(item)}</Text>
      {item.status === "pending" && (
        <Text c="dimmed" size="sm">
          It is made when its turn comes.
        </Text>
      )}
    </Stack>
  );
}

function Mark({ status }: { status: ItemView["status"] }) {
  if (status === "running") return <Loader size="md" aria-hidden />;
  if (status === "failed") return <IconCircleX size={40} stroke={1.3} color="var(--ff-tone-bad-solid)" aria-hidden />;
  if (status === "cancelled") return <IconBan size={40} stroke={1.3} aria-hidden />;
  return <IconCircleDashed size={40} stroke={1.3} aria-hidden />;
}

function headline(item: ItemView): string {
  switch (item.status) {
    case "failed":
      return reasonOf(item.error?.kind ?? "unknown");
    case "running":
      return "Being made";
    case "cancelled":
      return "Cancelled before it was made";
    case "pending":
      return "Waiting";
    case "succeeded":
      return "This image was deleted";
  }
}
