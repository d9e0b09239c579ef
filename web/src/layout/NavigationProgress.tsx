import { useNavigation } from "react-router";
import styles from "@/layout/NavigationProgress.module.css";

/** A thin bar while the next page is loaded; a quick one never shows it. */
export function NavigationProgress() {
  const { state } = useNavigation();
  if (state === "idle") return null;
  return <div className={styles.bar} role="progressbar" aria-label="Loading the page" />;
}
