import { Button, Stack } from "@mantine/core";
import { IconWand } from "@tabler/icons-react";
import { useNavigate } from "react-router";
import type { ItemView } from "@/api/schema";
import { duration, moment, money } from "@/design/formats";
import { openBuilderWith } from "@/pages/builder/handover";
import { Attempts } from "@/viewer/Attempts";
import { rowOf } from "@/viewer/handovers";
import { DownloadOriginal, Lines, PromptSection } from "@/viewer/RecipeParts";
import { ReferencePictures } from "@/viewer/ReferencePictures";
import { recipeLines } from "@/viewer/recipes";

interface RecipePanelProps {
  item: ItemView;
  canMake: boolean;
}

/** What an image was made from, what it took, and what can be done with that. */
export function RecipePanel({ item, canMake }: RecipePanelProps) {
  const navigate = useNavigate();
  const facts = factsOf(item);
  const notes = notesOf(item);
  return (
    <Stack gap="lg">
      <PromptSection prompt={item.prompt} />
      <ReferencePictures ids={item.references} />
      <Lines title="Recipe" lines={recipeLines(item)} />
      {facts.length > 0 && <Lines title="What it took" lines={facts} />}
      {notes.length > 0 && <Lines title="From its row" lines={notes} />}
      <Attempts attempts={item.attempts} />
      <Stack gap="xs">
        {canMake && (
          <Button
            variant="default"
            leftSection={<IconWand size={16} aria-hidden />}
            onClick={() => void navigate(openBuilderWith([rowOf(item)]))}
          >
            Use this recipe
          </Button>
        )}
        {item.asset !== null && item.status === "succeeded" && <DownloadOriginal asset={item.asset} />}
      </Stack>
    </Stack>
  );
}

function factsOf(item: ItemView) {
  const reused = item.reused ? "An earlier, equal image was taken: it cost nothing." : "";
  return [
    { name: "Cost", value: item.status === "succeeded" || item.cost_micros > 0 ? money(item.cost_micros) : "" },
    { name: "Took", value: item.duration_ms === null ? "" : duration(item.duration_ms / 1000) },
    { name: "Finished", value: item.finished_at === null ? "" : moment(item.finished_at) },
    { name: "Reused", value: reused },
  ].filter((fact) => fact.value !== "");
}

function notesOf(item: ItemView) {
  return [
    { name: "Tags", value: item.tags.join(", ") },
    ...Object.entries(item.metadata).map(([name, value]) => ({ name, value: String(value) })),
  ].filter((note) => note.value !== "");
}
