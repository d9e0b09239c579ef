import { Title, Tooltip } from "@mantine/core";
import { IconPhotoOff } from "@tabler/icons-react";
import { useReferencePictures } from "@/api/referencePictures";
import styles from "@/viewer/Viewer.module.css";

/** The reference pictures that an image started from. */
export function ReferencePictures({ ids }: { ids: readonly string[] }) {
  const pictures = useReferencePictures(ids);
  if (ids.length === 0) return null;
  return (
    <section aria-label="References">
      <Title order={2} size="h4" mb={6}>
        References
      </Title>
      <div className={styles.references}>
        {pictures.map(({ data, isPending }, at) => {
          const name = data?.filename ?? (isPending ? "Loading" : "Deleted reference");
          return (
            <Tooltip label={name} key={ids[at]}>
              {data?.thumbnail_url ? (
                <a href={data.url ?? undefined} target="_blank" rel="noopener">
                  <img src={data.thumbnail_url} alt={name} width={64} height={64} loading="lazy" />
                </a>
              ) : (
                <span role="img" aria-label={name}>
                  {!isPending && <IconPhotoOff size={18} stroke={1.5} aria-hidden />}
                </span>
              )}
            </Tooltip>
          );
        })}
      </div>
    </section>
  );
}
