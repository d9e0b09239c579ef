import { useQueries } from "@tanstack/react-query";
import { useSearchParams } from "react-router";
import { assetQuery } from "@/api/assets";
import { batchNameQuery } from "@/api/batchNames";
import type { ItemView } from "@/api/schema";
import { ChosenImages } from "@/pages/compare/ChosenImages";
import { itemsOf } from "@/pages/compare/comparisons";
import { usePicking } from "@/pages/compare/usePicking";
import { itemOf } from "@/pages/wall/useWallItems";

const HOW = "In the library, choose images with X or by their boxes, then press Compare.";

/** Two to four images of the library, of whatever batches, against each other. */
export function CompareImagesPage() {
  const [address] = useSearchParams();
  const asked = useQueries({ queries: itemsOf(address).map((id) => ({ ...assetQuery(id), select: itemOf })) });
  const batches = asked.flatMap((one) => (one.data === undefined ? [] : [one.data.batch]));
  const picking = usePicking(batches);
  const titleOf = useTitles(batches);
  return (
    <ChosenImages
      from={{ to: "/library", name: "library", chooseAt: "/library", how: HOW }}
      asked={asked}
      titleOf={titleOf}
      picking={picking}
    />
  );
}

/** An image by its batch and its row; by its row alone until the batch's name is known. */
function useTitles(of: readonly string[]): (item: ItemView) => string {
  const batches = [...new Set(of)];
  const names = useQueries({ queries: batches.map((batch) => batchNameQuery(batch)) });
  return ({ batch, row }) => {
    const name = names[batches.indexOf(batch)]?.data;
    return name ? `${name}, row ${row + 1}` : `Row ${row + 1}`;
  };
}
