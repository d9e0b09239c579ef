import { Button, Menu } from "@mantine/core";
import { IconDownload, IconFileSpreadsheet, IconJson } from "@tabler/icons-react";
import { type UsageGroup, useUsage } from "@/api/usage";
import { save } from "@/files/savings";
import { asCsv, asJson, fileName, type Shown } from "@/pages/costs/exports";
import type { Period } from "@/pages/costs/periods";

/** Saves what is shown as a file. */
export function ExportMenu({ period, group }: { period: Period; group: UsageGroup }) {
  const usage = useUsage(period, group);
  const shown: Shown | null =
    usage.data === undefined
      ? null
      : { from: period.from, to: period.to, group, rows: usage.data.usage, totalMicros: usage.data.total_micros };
  return (
    <Menu>
      <Menu.Target>
        <Button variant="default" leftSection={<IconDownload size={16} aria-hidden />} disabled={shown === null}>
          Export
        </Button>
      </Menu.Target>
      {shown !== null && (
        <Menu.Dropdown>
          <Menu.Item
            leftSection={<IconFileSpreadsheet size={16} aria-hidden />}
            onClick={() => save(fileName(shown, "csv"), "text/csv", asCsv(shown))}
          >
            As CSV, for a sheet
          </Menu.Item>
          <Menu.Item
            leftSection={<IconJson size={16} aria-hidden />}
            onClick={() => save(fileName(shown, "json"), "application/json", asJson(shown))}
          >
            As JSON, for a program
          </Menu.Item>
        </Menu.Dropdown>
      )}
    </Menu>
  );
}
