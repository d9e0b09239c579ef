import { Alert, Button, Stack } from "@mantine/core";
import { IconPlayerPlay } from "@tabler/icons-react";
import { count } from "@/design/formats";
import { EstimatePanel } from "./EstimatePanel";
import { applied } from "./suggestions";
import type { BuilderState } from "./useBuilder";

/** What the batch will cost and take, and the button that starts it. */
export function StartPanel({ state }: { state: BuilderState }) {
  const { editing, estimated, models, images, problems, submitting } = state;
  return (
    <Stack gap="md">
      <EstimatePanel
        estimated={estimated}
        images={images}
        left={estimated.estimate ? problems.cells.size : 0}
        models={models}
        onApply={(text, change) => editing.edit(text, (now) => applied(now, change))}
      />
      {submitting.problem && submitting.problem.errors.length === 0 && (
        <Alert color="red" variant="light" title={submitting.problem.title} role="alert">
          {submitting.problem.detail}
        </Alert>
      )}
      <StartButton state={state} />
    </Stack>
  );
}

export function StartButton({ state }: { state: BuilderState }) {
  const { submitting, editing, images } = state;
  const hindrance = hindranceOf(state);
  return (
    <Button
      size="md"
      leftSection={<IconPlayerPlay size={18} aria-hidden />}
      loading={submitting.isPending}
      disabled={hindrance !== ""}
      onClick={() => submitting.start(editing.batch)}
    >
      {hindrance || `${editing.batch.startAt ? "Schedule" : "Make"} ${count(images, "image")}`}
    </Button>
  );
}

/** Why the batch cannot be started as it is; empty when it can. */
function hindranceOf({ filled, arriving, problems }: BuilderState): string {
  if (filled === 0) return "Write a prompt first";
  if (arriving > 0) return `Waits for ${count(arriving, "upload")}`;
  const wrong = problems.cells.size;
  if (wrong > 0) return `Mend ${count(wrong, "row")} first`;
  return problems.others.length > 0 ? "Mend the problems first" : "";
}
