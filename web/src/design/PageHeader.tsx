import { Text, Title } from "@mantine/core";
import { type ReactNode, useEffect } from "react";
import styles from "@/design/PageHeader.module.css";

interface PageHeaderProps {
  title: string;
  /** One short line under the title. */
  description?: ReactNode;
  /** On a phone the acts have a line of their own even when there is one. */
  wide?: boolean;
  /** The page's own acts, the main one last. */
  children?: ReactNode;
}

/** The head of every page; it names the browser's tab, too. */
export function PageHeader({ title, description, wide, children }: PageHeaderProps) {
  useEffect(() => {
    document.title = `${title} · Fanfold`;
  }, [title]);
  return (
    <header className={styles.header} data-wide={wide || undefined}>
      <Title order={1} size="h2" tabIndex={-1} data-page-heading className={styles.title}>
        {title}
      </Title>
      {description !== undefined && (
        <Text c="dimmed" size="sm" component="div" className={styles.description}>
          {description}
        </Text>
      )}
      {children !== undefined && <div className={styles.acts}>{children}</div>}
    </header>
  );
}
