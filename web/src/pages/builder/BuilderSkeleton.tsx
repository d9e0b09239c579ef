import { Skeleton } from "@mantine/core";
import { PageHeader } from "@/design/PageHeader";
import classes from "./Builder.module.css";

/** The builder while it is being opened. */
export function BuilderSkeleton() {
  return (
    <div className={classes.page} aria-busy>
      <PageHeader title="New batch" />
      <div className={classes.work}>
        <Skeleton height="100%" />
        <Skeleton height="100%" visibleFrom="sm" />
      </div>
    </div>
  );
}
