import { Group, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { Brand } from "@/layout/Brand";
import styles from "@/pages/sign-in/Entrance.module.css";

const TILES = Array.from({ length: 24 }, (_, index) => index);

/** What stands around a form for those who are not in yet: on wide screens beside a sheet of finished images. */
export function Entrance({ children }: { children: ReactNode }) {
  return (
    <div className={styles.entrance}>
      <main className={styles.form}>
        <Group gap={10} mb={48}>
          <Brand size={28} />
          <Text fw={650} size="lg">
            Fanfold
          </Text>
        </Group>
        {children}
      </main>
      <div className={styles.sheet} aria-hidden="true">
        <div className={styles.tiles}>
          {TILES.map((tile) => (
            <span key={tile} />
          ))}
        </div>
      </div>
    </div>
  );
}
