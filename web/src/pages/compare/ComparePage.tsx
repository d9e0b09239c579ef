import { useQueries } from "@tanstack/react-query";
import { useParams, useSearchParams } from "react-router";
import { itemKey, readItem } from "@/api/items";
import { ChosenImages } from "@/pages/compare/ChosenImages";
import { itemsOf } from "@/pages/compare/comparisons";
import { usePicking } from "@/pages/compare/usePicking";

const HOW = "On the wall of a batch, choose images with X or by their boxes, then press V.";

/** Two to four images of a batch against each other, with what differs in their recipes. */
export function ComparePage() {
  const { batch = "" } = useParams();
  const [address] = useSearchParams();
  const asked = useQueries({
    queries: itemsOf(address).map((id) => ({
      queryKey: itemKey(batch, id),
      queryFn: ({ signal }: { signal: AbortSignal }) => readItem(batch, id, signal),
    })),
  });
  const picking = usePicking([batch]);
  const wall = `/batches/${batch}`;
  return (
    <ChosenImages
      from={{ to: wall, name: "batch", chooseAt: `${wall}?show=succeeded`, how: HOW }}
      asked={asked}
      titleOf={(item) => `Image ${item.index + 1}`}
      picking={picking}
    />
  );
}
