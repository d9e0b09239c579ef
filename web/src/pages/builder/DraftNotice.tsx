import { Alert, Button, Group, Text } from "@mantine/core";
import type { Draft, DraftState } from "./drafts/useDraft";

const WORDS: Record<DraftState, string> = {
  new: "",
  here: "Saved in this browser",
  saved: "Draft saved",
  unsaved: "Saving…",
  changed: "Not saved",
  gone: "Not saved",
  failed: "Not saved: this browser keeps nothing",
};

/** Whether what stands there is kept, in two words. */
export function DraftStatus({ draft }: { draft: Draft }) {
  return (
    <Text size="xs" c="dimmed" role="status" style={{ whiteSpace: "nowrap" }}>
      {WORDS[draft.view.state]}
    </Text>
  );
}

/** Says that another tab has changed the same draft, and asks which version stays. */
export function DraftNotice({ draft }: { draft: Draft }) {
  if (draft.view.state !== "changed" && draft.view.state !== "gone") return null;
  const isGone = draft.view.state === "gone";
  return (
    <Alert
      color="yellow"
      variant="light"
      role="alert"
      title={isGone ? "This draft was started or deleted elsewhere" : "This draft was changed elsewhere"}
    >
      <Group justify="space-between" gap="sm">
        <Text size="sm">
          {isGone
            ? "What you see is no longer kept. Keep it as a draft again, if it is not done yet."
            : "Another window or device has saved it since. Take that version, or keep this one instead."}
        </Text>
        <Group gap="xs">
          {!isGone && (
            <Button size="compact-sm" variant="default" onClick={() => void draft.keeper.reload()}>
              Take the other one
            </Button>
          )}
          <Button size="compact-sm" onClick={() => void draft.keeper.overwrite()}>
            Keep this one
          </Button>
        </Group>
      </Group>
    </Alert>
  );
}
