import { Button, Group, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { asProblem } from "@/api/problems";
import { questions } from "@/design/confirm";

/** Says that something was done; `undo` takes it back while the words stand. */
export function tell(message: string, undo?: () => void) {
  const id = notifications.show({
    color: "gray",
    autoClose: undo === undefined ? 4_000 : 8_000,
    message:
      undo === undefined ? (
        message
      ) : (
        <Group justify="space-between" wrap="nowrap">
          <Text size="sm">{message}</Text>
          <Button
            size="compact-sm"
            variant="subtle"
            onClick={() => {
              notifications.hide(id);
              undo();
            }}
          >
            Undo
          </Button>
        </Group>
      ),
  });
}

/** Takes away everything that was said and asked: it was for whoever leaves now. */
export function forgetMessages() {
  notifications.clean();
  notifications.cleanQueue();
  questions.current()?.answer(false);
}

/** Says that something could not be done, and why. */
export function tellProblem(error: unknown, what: string) {
  const problem = asProblem(error);
  notifications.show({
    color: "red",
    autoClose: 10_000,
    title: what,
    message: problem.requestId === null ? problem.detail : `${problem.detail} (${problem.requestId})`,
    role: "alert",
  });
}
