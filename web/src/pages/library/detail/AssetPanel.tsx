import { Button, Group, SegmentedControl, Stack, TagsInput, Text, Title } from "@mantine/core";
import { IconStack2, IconTrash, IconWand } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "react-router";
import { knownTags } from "@/api/assets";
import { useBatchName } from "@/api/batchNames";
import type { AssetView } from "@/api/schema";
import { confirm } from "@/design/confirm";
import { moment, money } from "@/design/formats";
import { openBuilderWith } from "@/pages/builder/handover";
import { hasTag, useChanges } from "@/pages/library/changes";
import { madeOf } from "@/pages/library/detail/recipes";
import { RATING_WORDS, ratingWord } from "@/pages/library/ratings";
import { rowOf } from "@/pages/library/rows";
import { useSession } from "@/session/useSession";
import { DownloadOriginal, Lines, PromptSection } from "@/viewer/RecipeParts";
import { ReferencePictures } from "@/viewer/ReferencePictures";
import { recipeLines } from "@/viewer/recipes";

/** What an image was made from, what people decided about it, and what can be done with it. */
export function AssetPanel({ asset, onGone }: { asset: AssetView; onGone: () => void }) {
  const navigate = useNavigate();
  const { can } = useSession();
  const { change, isBusy } = useChanges();
  const batch = useBatchName(asset.batch);
  const remove = async () => {
    const wanted = await confirm({
      title: "Delete this image?",
      body: "Nobody sees it any more, here and in its batch. It is kept for 30 days, then it is gone.",
      verb: "Delete it",
      danger: true,
    });
    if (wanted) change({ assets: [asset], change: { kind: "delete" } }, { onSuccess: onGone });
  };
  return (
    <Stack gap="lg">
      <PromptSection prompt={asset.prompt} />
      <Stack gap="xs">
        {can("make") && (
          <Button
            leftSection={<IconWand size={16} aria-hidden />}
            onClick={() => void navigate(openBuilderWith([rowOf(asset)]))}
          >
            Use this recipe
          </Button>
        )}
        <DownloadOriginal asset={asset} />
      </Stack>
      <Rating asset={asset} />
      <Tags asset={asset} />
      <ReferencePictures ids={asset.recipe.references ?? []} />
      <Lines title="Recipe" lines={recipeLines(madeOf(asset))} />
      <Lines title="About it" lines={factsOf(asset)} />
      <Stack gap="xs">
        {batch !== null && (
          <Button
            component={Link}
            to={`/batches/${asset.batch}?item=${asset.item}`}
            variant="default"
            leftSection={<IconStack2 size={16} aria-hidden />}
          >
            Open its batch
          </Button>
        )}
        {can("delete") && (
          <Button
            variant="subtle"
            color="red"
            loading={isBusy}
            leftSection={<IconTrash size={16} aria-hidden />}
            onClick={() => void remove()}
          >
            Delete
          </Button>
        )}
      </Stack>
    </Stack>
  );
}

function Rating({ asset }: { asset: AssetView }) {
  const { can } = useSession();
  const { change } = useChanges();
  const rate = (rating: number | null) => change({ assets: [asset], change: { kind: "rate", rating } });
  return (
    <section aria-label="Rating">
      <Group justify="space-between" mb={4} h={26}>
        <Title order={2} size="h4">
          Rating
        </Title>
        <Group gap={4}>
          <Text size="sm" c="dimmed">
            {asset.rating === null ? "Not rated yet" : ratingWord(asset.rating)}
          </Text>
          {asset.rating !== null && can("rate") && (
            <Button size="compact-xs" variant="subtle" color="gray" onClick={() => rate(null)}>
              Take back
            </Button>
          )}
        </Group>
      </Group>
      {can("rate") && (
        <SegmentedControl
          fullWidth
          aria-label="Rating"
          data={RATING_WORDS.toReversed().map(({ rating, word }) => ({
            value: String(rating),
            label: <span title={word}>{rating}</span>,
          }))}
          value={asset.rating === null ? "" : String(asset.rating)}
          onChange={(value) => rate(Number(value))}
        />
      )}
    </section>
  );
}

function Tags({ asset }: { asset: AssetView }) {
  const { can } = useSession();
  const { change } = useChanges();
  const queries = useQueryClient();
  const set = (tags: string[]) => {
    const add = tags.filter((tag) => !hasTag(asset, tag));
    const remove = asset.tags.filter((tag) => !hasTag({ tags }, tag));
    if (add.length + remove.length > 0) change({ assets: [asset], change: { kind: "tag", add, remove } });
  };
  return (
    <section aria-label="Tags">
      <Title order={2} size="h4" mb={4}>
        Tags
      </Title>
      {can("tag") ? (
        <TagsInput
          aria-label="Tags"
          placeholder={asset.tags.length === 0 ? "Add a tag" : ""}
          data={knownTags(queries)}
          maxTags={20}
          maxLength={50}
          splitChars={[","]}
          value={asset.tags}
          onChange={set}
        />
      ) : (
        <Text size="sm" {...(asset.tags.length === 0 && { c: "dimmed" })}>
          {asset.tags.join(", ") || "None"}
        </Text>
      )}
    </section>
  );
}

function factsOf(asset: AssetView) {
  return [
    { name: "Made", value: moment(asset.created_at) },
    { name: "Cost", value: money(asset.cost_micros) },
    { name: "Variant", value: String(asset.variant) },
    { name: "Reused", value: asset.reused ? "An earlier, equal image was taken: it cost nothing." : "" },
    { name: "Picked", value: asset.picked && asset.picked_at !== null ? moment(asset.picked_at) : "" },
    ...Object.entries(asset.metadata).map(([name, value]) => ({ name, value: String(value) })),
  ].filter((fact) => fact.value !== "");
}
