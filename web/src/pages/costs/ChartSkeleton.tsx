import { Skeleton } from "@mantine/core";

/** How high charts of costs are, so that nothing jumps when they come. */
export const CHART_HEIGHT = 280;

export function ChartSkeleton() {
  return <Skeleton height={CHART_HEIGHT} aria-label="Loading the chart" role="status" />;
}
