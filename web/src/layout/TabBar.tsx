import { IconCoin, IconPhoto, IconPlus, IconStack2, type TablerIcon } from "@tabler/icons-react";
import { Link } from "react-router";
import styles from "@/layout/TabBar.module.css";
import { useIsHere } from "@/layout/useIsHere";
import { useSession } from "@/session/useSession";

/** The places that a thumb reaches on a phone; the others are in the menu. */
export function TabBar({ onChosen }: { onChosen: () => void }) {
  const { can } = useSession();
  return (
    <nav className={styles.bar} aria-label="Most used">
      <Tab to="/batches" label="Batches" Icon={IconStack2} onChosen={onChosen} />
      {can("make") && <Tab to="/batches/new" label="New batch" Icon={IconPlus} onChosen={onChosen} />}
      <Tab to="/library" label="Library" Icon={IconPhoto} onChosen={onChosen} />
      <Tab to="/costs" label="Costs" Icon={IconCoin} onChosen={onChosen} />
    </nav>
  );
}

interface TabProps {
  to: string;
  label: string;
  Icon: TablerIcon;
  onChosen: () => void;
}

function Tab({ to, label, Icon, onChosen }: TabProps) {
  return (
    <Link to={to} aria-current={useIsHere(to) ? "page" : undefined} className={styles.tab} onClick={onChosen}>
      <Icon size={20} stroke={1.6} aria-hidden />
      <span>{label}</span>
    </Link>
  );
}
