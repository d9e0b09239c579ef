import { ActionIcon, Button, Menu, Tooltip } from "@mantine/core";
import {
  IconArrowBackUp,
  IconArrowDown,
  IconArrowForwardUp,
  IconArrowUp,
  IconColumns3,
  IconCopy,
  IconFileImport,
  IconPhotoPlus,
  IconRowInsertBottom,
  IconRowInsertTop,
  IconTransitionBottom,
  IconTrash,
  type TablerIcon,
} from "@tabler/icons-react";
import { type ColumnKey, isField, titleOf } from "../columns";
import type { Editing } from "../useEditing";
import type { SelectionActs } from "./acts";
import classes from "./Sheet.module.css";

interface SheetToolbarProps {
  editing: Editing;
  acts: SelectionActs;
  columns: readonly ColumnKey[];
  hidden: readonly ColumnKey[];
  onHide(column: ColumnKey, hidden: boolean): void;
  onAddColumn(): void;
  onRemoveColumn(column: ColumnKey): void;
  onImport(): void;
  onGallery(): void;
}

const MOD = /Mac|iPhone|iPad/.test(globalThis.navigator?.userAgent ?? "") ? "⌘" : "Ctrl ";

/** The acts on the sheet as buttons. */
export function SheetToolbar({
  editing,
  acts,
  columns,
  hidden,
  onHide,
  onAddColumn,
  onRemoveColumn,
  onImport,
  onGallery,
}: SheetToolbarProps) {
  const { undoes, redoes } = editing;
  return (
    <div role="toolbar" aria-label="Sheet" className={classes.toolbar}>
      <Tool
        icon={IconArrowBackUp}
        label={undoes ? `Undo: ${undoes}` : "Undo"}
        keys={`${MOD}Z`}
        off={!undoes}
        onClick={editing.undo}
      />
      <Tool
        icon={IconArrowForwardUp}
        label={redoes ? `Redo: ${redoes}` : "Redo"}
        keys={`${MOD}⇧Z`}
        off={!redoes}
        onClick={editing.redo}
      />
      <span className={classes.separator} />
      <Tool
        icon={IconRowInsertBottom}
        label="Insert a row below"
        keys={`${MOD}⏎`}
        onClick={() => acts.insert("below")}
      />
      <Tool icon={IconCopy} label="Duplicate rows" keys="Alt ⇧↓" onClick={acts.duplicate} />
      <Tool icon={IconArrowUp} label="Move rows up" keys="Alt ↑" onClick={() => acts.move(-1)} />
      <Tool icon={IconArrowDown} label="Move rows down" keys="Alt ↓" onClick={() => acts.move(1)} />
      <Tool icon={IconTransitionBottom} label="Fill down" keys={`${MOD}D`} onClick={acts.fillDown} />
      <Tool icon={IconTrash} label="Delete rows" keys={`${MOD}⌫`} onClick={acts.remove} />
      <span className={classes.separator} />
      <Menu closeOnItemClick={false} position="bottom-start">
        <Menu.Target>
          <Button variant="subtle" color="gray" size="compact-sm" leftSection={<IconColumns3 size={16} aria-hidden />}>
            Columns
          </Button>
        </Menu.Target>
        <Menu.Dropdown mah={420} style={{ overflowY: "auto" }}>
          {columns.map((column) => (
            <Menu.CheckboxItem
              key={column}
              checked={!hidden.includes(column)}
              disabled={column === "prompt"}
              onChange={(checked) => onHide(column, !checked)}
            >
              {titleOf(column)}
            </Menu.CheckboxItem>
          ))}
          <Menu.Divider />
          <Menu.Item closeMenuOnClick onClick={onAddColumn}>
            Add a column…
          </Menu.Item>
          {columns
            .filter((column) => !isField(column))
            .map((column) => (
              <Menu.Item key={column} closeMenuOnClick onClick={() => onRemoveColumn(column)}>
                Remove {titleOf(column)}
              </Menu.Item>
            ))}
        </Menu.Dropdown>
      </Menu>
      <Button
        variant="subtle"
        color="gray"
        size="compact-sm"
        leftSection={<IconFileImport size={16} aria-hidden />}
        onClick={onImport}
      >
        Import
      </Button>
      <Button
        variant="subtle"
        color="gray"
        size="compact-sm"
        leftSection={<IconPhotoPlus size={16} aria-hidden />}
        onClick={onGallery}
      >
        References
      </Button>
    </div>
  );
}

interface ToolProps {
  icon: TablerIcon;
  label: string;
  keys: string;
  off?: boolean;
  onClick(): void;
}

function Tool({ icon: Icon, label, keys, off = false, onClick }: ToolProps) {
  return (
    <Tooltip label={`${label} · ${keys}`}>
      {/* The sheet keeps the selection, and the focus with it. */}
      <ActionIcon
        size="md"
        aria-label={label}
        disabled={off}
        onMouseDown={(event) => event.preventDefault()}
        onClick={onClick}
      >
        <Icon size={17} stroke={1.7} />
      </ActionIcon>
    </Tooltip>
  );
}

interface RowMenuProps {
  place: { x: number; y: number } | null;
  acts: SelectionActs;
  onClose(): void;
}

/** What the right button of the mouse offers on rows. */
export function RowMenu({ place, acts, onClose }: RowMenuProps) {
  const entries: [string, TablerIcon, () => void][] = [
    ["Insert a row above", IconRowInsertTop, () => acts.insert("above")],
    ["Insert a row below", IconRowInsertBottom, () => acts.insert("below")],
    ["Duplicate rows", IconCopy, acts.duplicate],
    ["Fill down", IconTransitionBottom, acts.fillDown],
    ["Move up", IconArrowUp, () => acts.move(-1)],
    ["Move down", IconArrowDown, () => acts.move(1)],
  ];
  return (
    <Menu opened={place !== null} onClose={onClose} position="bottom-start" withinPortal>
      <Menu.Target>
        <span aria-hidden style={{ position: "fixed", left: place?.x ?? 0, top: place?.y ?? 0 }} />
      </Menu.Target>
      <Menu.Dropdown>
        {entries.map(([label, Icon, does]) => (
          <Menu.Item key={label} leftSection={<Icon size={16} aria-hidden />} onClick={does}>
            {label}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item color="red" leftSection={<IconTrash size={16} aria-hidden />} onClick={acts.remove}>
          Delete rows
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
