import { Alert, Button, Group, Stack, Text } from "@mantine/core";
import { IconPlayerPlay } from "@tabler/icons-react";
import { Link } from "react-router";
import { count } from "@/design/formats";
import { EstimatePanel } from "./EstimatePanel";
import { applied } from "./suggestions";
import type { BuilderState } from "./useBuilder";
import type { Submitting } from "./useSubmit";

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
      <StartNotice submitting={submitting} />
      <StartButton state={state} />
    </Stack>
  );
}

/** Why it has not started, where no row is to blame. */
function StartNotice({ submitting }: { submitting: Submitting }) {
  const { problem, earlier, startAsWell, isPending } = submitting;
  if (earlier !== null) {
    return (
      <Alert color="yellow" variant="light" title="The earlier version was started already" role="alert">
        <Stack gap="sm">
          <Text size="sm">Its images are made. What you have changed since is not in it and stays here.</Text>
          <Group gap="xs">
            <Button component={Link} to={`/batches/${earlier}`} size="compact-sm">
              Open it
            </Button>
            <Button size="compact-sm" variant="default" loading={isPending} onClick={startAsWell}>
              Start this one as well
            </Button>
          </Group>
        </Stack>
      </Alert>
    );
  }
  if (!problem || problem.errors.length > 0) return null;
  return (
    <Alert color="red" variant="light" title={problem.title} role="alert">
      {problem.detail}
    </Alert>
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
      onClick={submitting.start}
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
