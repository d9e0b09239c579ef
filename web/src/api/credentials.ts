/** Who asks: the session says it, the client sends it. */
export interface Credentials {
  /** A token that is good now, or null when nobody is signed in; while a person signs in again it is waited for. */
  token(): Promise<string | null>;
  /** The API refused the token: the person is asked to sign in again. */
  refused(): void;
  /** The same, for who can wait: a new token once the person has signed in again, null when that will not be. */
  renewed(): Promise<string | null>;
}

const NOBODY: Credentials = { token: async () => null, refused: () => {}, renewed: async () => null };

let current = NOBODY;

/** Whom requests carry from now on. */
export function setCredentials(credentials: Credentials | null) {
  current = credentials ?? NOBODY;
}

export function credentials(): Credentials {
  return current;
}
