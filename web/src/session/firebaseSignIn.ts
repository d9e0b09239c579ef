import { type FirebaseApp, initializeApp } from "firebase/app";
import {
  type Auth,
  browserPopupRedirectResolver,
  connectAuthEmulator,
  GoogleAuthProvider,
  indexedDBLocalPersistence,
  initializeAuth,
  onIdTokenChanged,
  signInWithEmailAndPassword,
  signInWithPopup,
  signOut,
  type User,
} from "firebase/auth";
import type { Firestore } from "firebase/firestore";
import { answer, api } from "@/api/client";
import { Problem } from "@/api/problems";
import type { EmulatorsView, FirebaseView } from "@/api/schema";
import { endsSession, firebaseProblem, wasClosed } from "@/session/firebaseProblems";
import type { Session, SignIn } from "@/session/sessions";

/** Signing in at Firebase Authentication, which keeps the session, renews its token and tells other tabs by itself. */
export class FirebaseSignIn implements SignIn {
  readonly hasGoogle = true;
  readonly #app: FirebaseApp;
  readonly #auth: Auth;
  readonly #configuration: FirebaseView;
  readonly #emulators: EmulatorsView | null;
  #store: Firestore | null = null;

  constructor(configuration: FirebaseView, emulators: EmulatorsView | null) {
    this.#configuration = configuration;
    this.#emulators = emulators;
    this.#app = initializeApp(configuration);
    this.#auth = initializeAuth(this.#app, { persistence: indexedDBLocalPersistence });
    if (emulators !== null) connectAuthEmulator(this.#auth, emulators.auth, { disableWarnings: true });
  }

  readonly firestore = async (): Promise<Firestore> => {
    const { connectFirestoreEmulator, initializeFirestore, memoryLocalCache, memoryLruGarbageCollector } = await import(
      "firebase/firestore"
    );
    if (this.#store !== null) return this.#store;
    // What was read stays in memory for a while: who comes back to it reads only what has changed since.
    const localCache = memoryLocalCache({ garbageCollector: memoryLruGarbageCollector() });
    this.#store = initializeFirestore(this.#app, { localCache }, this.#configuration.databaseId);
    if (this.#emulators !== null) {
      const { hostname, port } = new URL(`http://${this.#emulators.firestore}`);
      connectFirestoreEmulator(this.#store, hostname, Number(port));
    }
    return this.#store;
  };

  async restore(): Promise<Session | null> {
    await this.#auth.authStateReady();
    return this.#auth.currentUser === null ? null : this.#session(this.#auth.currentUser);
  }

  async withPassword(email: string, password: string): Promise<Session> {
    try {
      return await this.#session((await signInWithEmailAndPassword(this.#auth, email, password)).user);
    } catch (error) {
      throw firebaseProblem(error);
    }
  }

  async withGoogle(): Promise<Session | null> {
    try {
      const signedIn = await signInWithPopup(this.#auth, new GoogleAuthProvider(), browserPopupRedirectResolver);
      return await this.#session(signedIn.user);
    } catch (error) {
      if (wasClosed(error)) return null;
      throw firebaseProblem(error);
    }
  }

  async accept(invitation: string, password: string): Promise<Session> {
    const { user } = await answer(api.POST("/v1/auth/accept", { body: { token: invitation, password } }));
    return this.withPassword(user.email, password);
  }

  async changePassword(current: string, password: string): Promise<Session> {
    const { user } = await answer(api.POST("/v1/me:password", { body: { current, password } }));
    return this.withPassword(user.email, password);
  }

  async token(): Promise<string | null> {
    return (await this.#auth.currentUser?.getIdToken()) ?? null;
  }

  async leave(): Promise<void> {
    try {
      await this.#forget();
    } finally {
      await signOut(this.#auth);
    }
  }

  follow(changed: (now: Session | null | "ended") => void): () => void {
    let known = this.#auth.currentUser?.uid ?? null;
    return onIdTokenChanged(this.#auth, (user) => {
      const isSame = (user?.uid ?? null) === known;
      known = user?.uid ?? null;
      if (user === null) {
        if (!isSame)
          this.#forget().then(
            () => changed(null),
            () => changed(null),
          );
        return;
      }
      // A renewed token may carry another role.
      this.#session(user).then(changed, (error: unknown) => {
        // An answer that did not come ends nobody's session; nothing of one person may stay for another, though.
        if (!isSame || endsSession(error)) changed("ended");
      });
    });
  }

  /** Documents that were read for one person are in the store's memory. */
  async #forget(): Promise<void> {
    const store = this.#store;
    this.#store = null;
    if (store !== null) await (await import("firebase/firestore")).terminate(store);
  }

  /** What the API knows of this person; an account that belongs to no organisation is signed out again. */
  async #session(user: User): Promise<Session> {
    const token = await user.getIdToken();
    try {
      const me = await answer(api.GET("/v1/me", { headers: { Authorization: `Bearer ${token}` } }));
      return { user: me.user, organisation: me.organisation, role: me.role };
    } catch (error) {
      if (error instanceof Problem && error.status === 401) await signOut(this.#auth);
      throw error;
    }
  }
}
