import { ActionIcon, Menu } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import {
  IconArchive,
  IconArchiveOff,
  IconBan,
  IconCoin,
  IconColumns,
  IconCopy,
  IconDots,
  IconDownload,
  IconFileSpreadsheet,
  IconPencil,
  IconPlayerPause,
  IconPlayerPlay,
  IconReload,
  IconTableShare,
  IconTrash,
  type TablerIcon,
} from "@tabler/icons-react";
import { useNavigate } from "react-router";
import { BatchSearchDialog } from "@/acts/BatchSearchDialog";
import { BudgetDialog } from "@/acts/BudgetDialog";
import { EditDialog } from "@/acts/EditDialog";
import { type BatchAct, offers } from "@/acts/offers";
import { useBatchActs } from "@/acts/useBatchActs";
import { useItemExport } from "@/acts/useItemExport";
import type { BatchView, Priority } from "@/api/schema";
import { compareBatchesAddress } from "@/pages/compare/batches/addresses";
import { useBatchDownload } from "@/pages/library/downloads/useDownload";
import { useSession } from "@/session/useSession";

interface BatchMenuProps {
  batch: BatchView;
  /** Acts that have a button of their own beside the menu. */
  without?: readonly BatchAct[];
}

const LANES: { lane: Priority; words: string }[] = [
  { lane: "high", words: "High: before everything else" },
  { lane: "standard", words: "Standard" },
  { lane: "economy", words: "Economy: when there is room" },
];

/** All that its reader may do with a batch. */
export function BatchMenu({ batch, without = [] }: BatchMenuProps) {
  const { user, role } = useSession();
  const acts = useBatchActs(batch);
  const offered = offers(batch, { id: user.id, role });
  const [isEditing, edit] = useDisclosure();
  const [isBudgeting, budget] = useDisclosure();
  const [isComparing, comparing] = useDisclosure();
  const navigate = useNavigate();
  const may = (act: BatchAct) => offered.has(act) && !without.includes(act);
  return (
    <>
      <Menu width={232} withinPortal>
        <Menu.Target>
          <ActionIcon aria-label={`More for ${batch.name}`} loading={acts.isBusy} loaderProps={{ size: 16 }}>
            <IconDots size={18} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {may("pause") && <Act icon={IconPlayerPause} words="Pause" onClick={acts.pause} />}
          {may("resume") && <Act icon={IconPlayerPlay} words="Resume" onClick={acts.resume} />}
          {may("retry") && <Act icon={IconReload} words="Retry all failed" onClick={() => acts.retry()} />}
          {may("edit") && <Act icon={IconPencil} words="Rename and tag" onClick={edit.open} />}
          {may("budget") && <Act icon={IconCoin} words="Change the budget" onClick={budget.open} />}
          {may("duplicate") && (
            <>
              <Act icon={IconTableShare} words="Edit a copy" onClick={acts.copy} />
              <Act icon={IconCopy} words="Submit it once more" onClick={() => void acts.duplicate()} />
            </>
          )}
          <Act icon={IconColumns} words="Compare with …" onClick={comparing.open} />
          <Downloads batch={batch} />
          {may("archive") && (
            <Act
              icon={batch.archived ? IconArchiveOff : IconArchive}
              words={batch.archived ? "Take out of the archive" : "Archive"}
              onClick={acts.archive}
            />
          )}
          {may("promote") && (
            <>
              <Menu.Divider />
              <Menu.Label>Priority</Menu.Label>
              {LANES.map(({ lane, words }) => (
                <Menu.Item
                  key={lane}
                  role="menuitemradio"
                  aria-checked={lane === batch.priority}
                  disabled={lane === batch.priority}
                  onClick={() => acts.promote(lane)}
                >
                  {words}
                </Menu.Item>
              ))}
            </>
          )}
          {(may("cancel") || may("delete")) && <Menu.Divider />}
          {may("cancel") && <Act icon={IconBan} words="Cancel the batch" danger onClick={() => void acts.cancel()} />}
          {may("delete") && <Act icon={IconTrash} words="Delete" danger onClick={() => void acts.remove()} />}
        </Menu.Dropdown>
      </Menu>
      <EditDialog batch={batch} opened={isEditing} onClose={edit.close} />
      <BudgetDialog batch={batch} opened={isBudgeting} onClose={budget.close} />
      {isComparing && (
        <BatchSearchDialog
          title={`Compare ${batch.name} with …`}
          without={[batch.id]}
          onChoose={(other) => void navigate(compareBatchesAddress(batch.id, other.id))}
          onClose={comparing.close}
        />
      )}
    </>
  );
}

function Downloads({ batch }: { batch: BatchView }) {
  const downloadImages = useBatchDownload();
  const downloadRows = useItemExport();
  return (
    <>
      {batch.progress.succeeded > 0 && (
        <Act icon={IconDownload} words="Download the images" onClick={() => void downloadImages(batch)} />
      )}
      <Act icon={IconFileSpreadsheet} words="Download as CSV" onClick={() => void downloadRows(batch)} />
    </>
  );
}

function Act({
  icon: Icon,
  words,
  danger = false,
  onClick,
}: {
  icon: TablerIcon;
  words: string;
  danger?: boolean;
  onClick: () => void;
}) {
  return (
    <Menu.Item
      leftSection={<Icon size={16} stroke={1.7} aria-hidden />}
      onClick={onClick}
      {...(danger && { c: "var(--mantine-color-error)" })}
    >
      {words}
    </Menu.Item>
  );
}
