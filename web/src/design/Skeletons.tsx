import { Group, SimpleGrid, Skeleton, Stack } from "@mantine/core";

const numbers = (length: number) => Array.from({ length }, (_, index) => index);

/** What a table looks like before its rows are there. */
export function RowsSkeleton({ rows = 8, columns = 4 }: { rows?: number; columns?: number }) {
  return (
    <Stack gap="sm" aria-busy="true" aria-label="Loading" role="status">
      {numbers(rows).map((row) => (
        <Group key={row} gap="lg" wrap="nowrap" py={6}>
          {numbers(columns).map((column) => (
            <Skeleton key={column} height={16} width={column === 0 ? "36%" : `${14 + ((row + column) % 3) * 4}%`} />
          ))}
        </Group>
      ))}
    </Stack>
  );
}

/** What a wall of pictures looks like before they are there. */
export function TilesSkeleton({ tiles = 12, ratio = "1 / 1" }: { tiles?: number; ratio?: string }) {
  return (
    <SimpleGrid cols={{ base: 2, sm: 4, lg: 6 }} spacing="sm" aria-busy="true" aria-label="Loading" role="status">
      {numbers(tiles).map((tile) => (
        <Skeleton key={tile} style={{ aspectRatio: ratio }} height="auto" />
      ))}
    </SimpleGrid>
  );
}

/** What a few lines of text or a form look like before they are there. */
export function LinesSkeleton({ lines = 3 }: { lines?: number }) {
  return (
    <Stack gap="sm" aria-busy="true" aria-label="Loading" role="status">
      {numbers(lines).map((line) => (
        <Skeleton key={line} height={14} width={`${90 - (line % 3) * 18}%`} />
      ))}
    </Stack>
  );
}
