import { ActionIcon, Button, Drawer, FileButton, Group, Stack, TextInput, Tooltip } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconPhoto, IconSearch, IconTrash, IconUpload } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { deleteReference, useReferences } from "@/api/references";
import { confirm } from "@/design/confirm";
import { EmptyState } from "@/design/EmptyState";
import { ErrorState } from "@/design/ErrorState";
import { tellProblem } from "@/design/toasts";
import { ChosenReferences } from "./ChosenReferences";
import classes from "./References.module.css";
import { ReferenceThumbnail } from "./ReferenceThumbnail";
import { DRAGGED, MEDIA_TYPES, type Reference } from "./references";
import { UploadList } from "./UploadList";
import type { Uploads } from "./useUploads";

const PAUSE_MS = 250;

interface GalleryDrawerProps {
  opened: boolean;
  onClose(): void;
  /** Whom the pictures are chosen for, in words. */
  target: string;
  chosen: readonly string[];
  references: ReadonlyMap<string, Reference>;
  onChoose(names: readonly string[]): void;
  uploads: Uploads;
  onFiles(files: readonly File[]): void;
}

/** The reference pictures of the organisation: chosen for rows by a click or by dragging, uploaded, deleted. */
export function GalleryDrawer(props: GalleryDrawerProps) {
  const { opened, onClose, target, chosen, references, onChoose, uploads, onFiles } = props;
  const [search, setSearch] = useState("");
  const [wanted] = useDebouncedValue(search.trim(), PAUSE_MS);
  const gallery = useReferences(wanted);
  const { hasNextPage, isFetching, isFetchNextPageError, fetchNextPage } = gallery;
  const ready = (gallery.data?.pages ?? []).flatMap((page) => page.references).filter((one) => one.status === "ready");
  const isSearching = ready.length === 0 && (isFetching || (hasNextPage && !isFetchNextPageError));
  useEffect(() => {
    // A page may hold none of those that are ready, and have more behind it.
    if (isSearching && hasNextPage && !isFetching) void fetchNextPage();
  }, [isSearching, hasNextPage, isFetching, fetchNextPage]);
  const toggle = (id: string) => onChoose(chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id]);
  return (
    // Not modal: pictures are dragged from it onto rows.
    <Drawer
      opened={opened}
      onClose={onClose}
      position="right"
      size={400}
      title="References"
      closeButtonProps={{ "aria-label": "Close" }}
      withOverlay={false}
      lockScroll={false}
      trapFocus={false}
      closeOnClickOutside={false}
      shadow="xl"
    >
      <Stack gap="md">
        <ChosenReferences target={target} names={chosen} references={references} onChoose={onChoose} />
        <Group gap="xs" wrap="nowrap">
          <TextInput
            aria-label="Search references by file name"
            placeholder="Search by file name"
            leftSection={<IconSearch size={16} aria-hidden />}
            value={search}
            onChange={(event) => setSearch(event.currentTarget.value)}
            style={{ flex: 1 }}
          />
          <FileButton multiple accept={MEDIA_TYPES.join(",")} onChange={onFiles}>
            {(button) => (
              <Button {...button} leftSection={<IconUpload size={16} aria-hidden />}>
                Upload
              </Button>
            )}
          </FileButton>
        </Group>
        <UploadList uploads={uploads} />
        {gallery.isError && <ErrorState compact error={gallery.error} onRetry={() => void gallery.refetch()} />}
        {gallery.isSuccess && ready.length === 0 && !isSearching && (
          <EmptyState icon={IconPhoto} title={wanted ? "Nothing found" : "No references yet"}>
            {wanted ? "No file name has these words." : "Upload pictures here, or drop them onto rows."}
          </EmptyState>
        )}
        <div className={classes.gallery}>
          {ready.map((reference) => (
            <Tile
              key={reference.id}
              reference={reference}
              chosen={chosen.includes(reference.id)}
              onToggle={() => toggle(reference.id)}
            />
          ))}
        </div>
        {gallery.hasNextPage && (
          <Button variant="default" loading={gallery.isFetchingNextPage} onClick={() => void gallery.fetchNextPage()}>
            Show more
          </Button>
        )}
      </Stack>
    </Drawer>
  );
}

function Tile({ reference, chosen, onToggle }: { reference: Reference; chosen: boolean; onToggle(): void }) {
  const queries = useQueryClient();
  const remove = useMutation({
    mutationFn: () => deleteReference(reference.id),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["references"] }),
    onError: (error) => tellProblem(error, "The picture was not deleted"),
  });
  const ask = async () => {
    const body = "Rows may not name it any more; images made with it stay. This cannot be taken back.";
    if (await confirm({ title: `Delete ${reference.filename}?`, body, verb: "Delete", danger: true })) remove.mutate();
  };
  return (
    <div className={classes.tile}>
      <button
        type="button"
        data-pick
        data-chosen={chosen || undefined}
        aria-pressed={chosen}
        aria-label={reference.filename}
        draggable
        onDragStart={(event) => event.dataTransfer.setData(DRAGGED, reference.id)}
        onClick={onToggle}
      >
        <ReferenceThumbnail name={reference.id} reference={reference} />
      </button>
      <span className={classes.filename} title={reference.filename}>
        {reference.filename}
      </span>
      <Tooltip label="Delete">
        <ActionIcon
          className={classes.remove ?? ""}
          variant="default"
          size="sm"
          aria-label={`Delete ${reference.filename}`}
          loading={remove.isPending}
          onClick={() => void ask()}
        >
          <IconTrash size={14} />
        </ActionIcon>
      </Tooltip>
    </div>
  );
}
