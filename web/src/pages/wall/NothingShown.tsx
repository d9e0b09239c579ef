import { Button } from "@mantine/core";
import { IconPhoto, IconTrophy } from "@tabler/icons-react";
import type { BatchView } from "@/api/schema";
import { EmptyState } from "@/design/EmptyState";
import { moment } from "@/design/formats";
import type { WallFilter } from "@/pages/wall/filters";

const WORDS: Record<WallFilter, { title: string; says: string }> = {
  all: { title: "No images yet", says: "The rows of this batch are being laid out. The first tiles show in a moment." },
  succeeded: { title: "Nothing is ready yet", says: "Images show here as soon as they are made." },
  running: { title: "Nothing is being made right now", says: "What waits starts as soon as there is room." },
  pending: { title: "Nothing waits", says: "Nothing of this batch is left to be started." },
  failed: { title: "Nothing failed", says: "No image of this batch has failed." },
  cancelled: { title: "Nothing was cancelled", says: "No image of this batch was cancelled." },
  picked: {
    title: "No winners yet",
    says: "Press P on an image, or choose some and pick them, to keep the best ones here.",
  },
};

function wordsOf(filter: WallFilter, { status, start_at }: Pick<BatchView, "status" | "start_at">) {
  if (filter !== "pending" || status !== "scheduled" || start_at === null) return WORDS[filter];
  return {
    title: "Not in line yet",
    says: `The batch begins on ${moment(start_at)}. From then on its images stand here in their order.`,
  };
}

/** What stands where a filter shows nothing. */
export function NothingShown({
  batch,
  filter,
  onAll,
}: {
  batch: Pick<BatchView, "status" | "start_at">;
  filter: WallFilter;
  onAll: () => void;
}) {
  const { title, says } = wordsOf(filter, batch);
  return (
    <EmptyState
      icon={filter === "picked" ? IconTrophy : IconPhoto}
      title={title}
      {...(filter !== "all" && {
        action: (
          <Button variant="default" onClick={onAll}>
            Show all images
          </Button>
        ),
      })}
    >
      {says}
    </EmptyState>
  );
}
