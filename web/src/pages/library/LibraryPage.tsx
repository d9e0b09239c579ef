import { SegmentedControl } from "@mantine/core";
import { useLocalStorage } from "@mantine/hooks";
import { useCallback, useMemo, useState } from "react";
import { useNavigate, useSearchParams } from "react-router";
import { figure } from "@/design/formats";
import { PageHeader } from "@/design/PageHeader";
import { addressOf, batchesPathOf, type LibraryView, viewOf } from "@/pages/library/addresses";
import { FilterBar } from "@/pages/library/filters/FilterBar";
import { Gallery } from "@/pages/library/Gallery";
import { ROW_HEIGHTS } from "@/pages/library/layouts";

const PHONE_ROW = 168;

/** Every image, to be searched, filtered, chosen and made again; what it shows is said by its address. */
export function LibraryPage() {
  const navigate = useNavigate();
  const [address, setAddress] = useSearchParams();
  const said = address.toString();
  const view = useMemo(() => viewOf(new URLSearchParams(said)), [said]);
  const [rowHeight, setRowHeight] = useLocalStorage<number>({
    key: "fanfold:library.rows",
    defaultValue: globalThis.innerWidth < 560 ? PHONE_ROW : ROW_HEIGHTS.usual,
    getInitialValueInEffect: false,
  });
  const [isChoosing, setChoosing] = useState(false);
  const [count, setCount] = useState<{ known: number; isAll: boolean } | null>(null);
  const show = useCallback(
    (next: LibraryView, isTyped = false) =>
      setAddress(addressOf(next), { replace: isTyped && viewOf(new URLSearchParams(said)).q !== "" }),
    [setAddress, said],
  );
  return (
    <>
      <PageHeader title="Library" description={count === null ? " " : countWords(count)}>
        <SegmentedControl
          aria-label="What is shown"
          data={[
            { value: "images", label: "Images" },
            { value: "batches", label: "Batches" },
          ]}
          value="images"
          onChange={(value) => value === "batches" && void navigate(batchesPathOf(view))}
        />
      </PageHeader>
      <FilterBar
        view={view}
        rowHeight={rowHeight}
        isChoosing={isChoosing}
        onView={show}
        onRowHeight={setRowHeight}
        onChoosing={setChoosing}
      />
      <Gallery
        key={addressOf(view).toString()}
        view={view}
        rowHeight={rowHeight}
        isChoosing={isChoosing}
        onView={show}
        onChoosing={setChoosing}
        onCount={setCount}
      />
    </>
  );
}

/** The API counts no images: how many there are is known when all were read. */
function countWords({ known, isAll }: { known: number; isAll: boolean }): string {
  if (isAll && known === 0) return "No images";
  return `${figure(known)}${isAll ? "" : "+"} ${known === 1 && isAll ? "image" : "images"}`;
}
