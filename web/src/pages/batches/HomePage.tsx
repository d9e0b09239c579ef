import { Navigate } from "react-router";

/** The start is the list of batches. */
export function HomePage() {
  return <Navigate to="/batches" replace />;
}
