import "@mantine/notifications/styles.css";
import { Button, Group, Modal, Text } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { useSyncExternalStore } from "react";
import { questions } from "@/design/confirm";
import styles from "@/design/Messages.module.css";

/** Where `tell`, `tellProblem` and `confirm` appear. */
export function Messages() {
  const question = useSyncExternalStore(questions.subscribe, questions.current);
  return (
    <>
      <Notifications position="bottom-right" limit={4} className={styles.messages} />
      <Modal opened={question !== null} onClose={() => question?.answer(false)} title={question?.title} size="sm">
        <Text size="sm" component="div">
          {question?.body}
        </Text>
        <Group justify="flex-end" mt="lg" gap="xs">
          <Button variant="default" onClick={() => question?.answer(false)}>
            {question?.keep ?? "Cancel"}
          </Button>
          <Button
            data-autofocus={question?.danger ? undefined : true}
            {...(question?.danger ? { color: "red" } : {})}
            onClick={() => question?.answer(true)}
          >
            {question?.verb}
          </Button>
        </Group>
      </Modal>
    </>
  );
}
