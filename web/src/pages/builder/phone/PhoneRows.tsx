import { Button, Drawer, Group, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconAdjustmentsHorizontal, IconFileImport, IconPlus, IconTable } from "@tabler/icons-react";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useRef, useState } from "react";
import { EmptyState } from "@/design/EmptyState";
import { count, money } from "@/design/formats";
import classes from "../Builder.module.css";
import type { Dialog } from "../dialogs";
import { appendRows } from "../edits";
import { StartPanel } from "../StartPanel";
import { isBlank, newRow } from "../sheets";
import type { BuilderState } from "../useBuilder";
import { RowCard } from "./RowCard";
import { RowForm } from "./RowForm";

interface PhoneRowsProps {
  state: BuilderState;
  settings: ReactNode;
  onDialog(dialog: Dialog): void;
  onImport(): void;
}

const CLOSE = { "aria-label": "Close" };
const CARD_HEIGHT = 92;

/** The rows on a narrow screen: a card each, written in a drawer; what holds for all of them and the start in another. */
export function PhoneRows({ state, settings, onDialog, onImport }: PhoneRowsProps) {
  const { editing, problems, estimated, images } = state;
  const { batch, edit } = editing;
  const [open, setOpen] = useState<string | null>(null);
  const [isSettingsOpen, { open: openSettings, close: closeSettings }] = useDisclosure();
  const scroller = useRef<HTMLDivElement>(null);
  const rows = batch.rows.filter((row) => !isBlank(row) || row.id === open);
  const cards = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => CARD_HEIGHT,
    overscan: 6,
    gap: 8,
  });
  const add = () => {
    const row = newRow();
    edit("Add a row", (now) => appendRows(now, [row]));
    setOpen(row.id);
  };
  const wrong = problems.cells.size + problems.others.length;
  return (
    <>
      <Group gap="xs" mb="sm" grow>
        <Button variant="default" leftSection={<IconPlus size={16} aria-hidden />} onClick={add}>
          Add a row
        </Button>
        <Button variant="default" leftSection={<IconFileImport size={16} aria-hidden />} onClick={onImport}>
          Import
        </Button>
      </Group>
      <section ref={scroller} className={classes.cards} aria-label="Rows" tabIndex={0}>
        {rows.length === 0 && (
          <EmptyState icon={IconTable} title="No rows yet">
            Add one and write what to paint, or import a sheet.
          </EmptyState>
        )}
        <div style={{ position: "relative", height: cards.getTotalSize() }}>
          {cards.getVirtualItems().map(({ index, start, key }) => {
            const row = rows[index];
            return (
              row && (
                <div
                  key={key}
                  style={{
                    position: "absolute",
                    insetInline: 0,
                    height: CARD_HEIGHT,
                    transform: `translateY(${start}px)`,
                  }}
                >
                  <RowCard
                    row={row}
                    number={batch.rows.indexOf(row) + 1}
                    state={state}
                    onOpen={() => setOpen(row.id)}
                  />
                </div>
              )
            );
          })}
        </div>
      </section>
      <div className={classes.bar}>
        <Stack gap={0}>
          <Text fw={600} data-figures>
            {count(images, "image")}
          </Text>
          <Text size="xs" c={wrong ? "var(--mantine-color-error)" : "dimmed"} data-figures>
            {wrong
              ? `${count(wrong, "problem")} to mend`
              : estimated.estimate && money(estimated.estimate.estimated_micros)}
          </Text>
        </Stack>
        <Button leftSection={<IconAdjustmentsHorizontal size={16} aria-hidden />} onClick={openSettings}>
          Settings and start
        </Button>
      </div>
      <Drawer
        opened={isSettingsOpen}
        onClose={closeSettings}
        position="bottom"
        size="92%"
        title="Settings and start"
        closeButtonProps={CLOSE}
      >
        <Stack gap="xl" pb="md">
          {settings}
          <StartPanel state={state} />
        </Stack>
      </Drawer>
      <RowForm state={state} id={open} onClose={() => setOpen(null)} onDialog={onDialog} />
    </>
  );
}
