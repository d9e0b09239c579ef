/** Who asks: the session says it, the client sends it. */
export interface Credentials {
  /** A token that is good now, or null when nobody is signed in. */
  token(): Promise<string | null>;
  /** The API refused the token: the session is over. */
  refused(): void;
}

const NOBODY: Credentials = { token: async () => null, refused: () => {} };

let current = NOBODY;

/** What requests carry from now on. */
export function setCredentials(credentials: Credentials | null) {
  current = credentials ?? NOBODY;
}

export function credentials(): Credentials {
  return current;
}
