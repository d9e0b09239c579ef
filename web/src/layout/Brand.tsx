interface BrandProps {
  size?: number;
}

/** The mark: a sheet in three folds. */
export function Brand({ size = 24 }: BrandProps) {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d="M2 19V6l7 4v13z" fill="#f2b544" />
      <path d="M9 23V10l6-4v13z" fill="#e58a3c" />
      <path d="M15 19V6l7 4v13z" fill="#cf5a45" />
    </svg>
  );
}
