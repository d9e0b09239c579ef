import { Anchor } from "@mantine/core";
import { IconArrowLeft } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { Link } from "react-router";

/** The way back from a comparison to where its images are. */
export function BackLink({ to, children }: { to: string; children: ReactNode }) {
  return (
    <Anchor component={Link} to={to} size="sm" c="dimmed">
      <IconArrowLeft size={14} aria-hidden style={{ verticalAlign: "-2px" }} /> {children}
    </Anchor>
  );
}
