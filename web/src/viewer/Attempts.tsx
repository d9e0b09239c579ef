import { Text, Title } from "@mantine/core";
import type { AttemptView } from "@/api/schema";
import { duration, money } from "@/design/formats";
import { reasonOf } from "@/viewer/reasons";
import styles from "@/viewer/Viewer.module.css";

/** Every try of an image: when it was one of several, or went wrong. */
export function Attempts({ attempts }: { attempts: readonly AttemptView[] }) {
  if (attempts.length === 0 || (attempts.length === 1 && attempts[0]?.error === null)) return null;
  return (
    <section aria-label="Tries">
      <Title order={2} size="h4" mb={4}>
        Tries
      </Title>
      <ol className={styles.tries}>
        {attempts.map((attempt) => (
          <li key={attempt.number} data-bad={attempt.error !== null || attempt.lost || undefined}>
            <Text size="sm" fw={500}>
              {outcome(attempt)}
            </Text>
            <Text size="xs" c="dimmed" data-figures>
              {facts(attempt)}
            </Text>
            {attempt.error !== null && (
              <Text size="xs" c="dimmed" className={styles.prompt}>
                {attempt.error.detail}
              </Text>
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}

function outcome(attempt: AttemptView): string {
  if (attempt.error !== null) return reasonOf(attempt.error.kind);
  if (attempt.lost) return "Its worker vanished without a word";
  return attempt.finished_at === null ? "Under way" : "Succeeded";
}

function facts(attempt: AttemptView): string {
  const seconds =
    attempt.finished_at === null ? null : (Date.parse(attempt.finished_at) - Date.parse(attempt.started_at)) / 1000;
  return [
    attempt.model,
    seconds === null ? "" : duration(seconds),
    attempt.cost_micros > 0 ? money(attempt.cost_micros) : "",
    attempt.count > 1 ? `${attempt.count} times in a row` : "",
  ]
    .filter((fact) => fact !== "")
    .join(" · ");
}
