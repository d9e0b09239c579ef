// A page that follows a batch as a web app does: by a listener of its document, and one for each page of its items.
// What it sees is kept in order, with the moment at which it was seen, for those who drive it.
import { deleteApp, initializeApp } from "firebase/app";
import { connectAuthEmulator, inMemoryPersistence, initializeAuth, signInWithEmailAndPassword, signOut } from "firebase/auth";
import { collection, connectFirestoreEmulator, doc, getFirestore, limit, onSnapshot, orderBy, query, where } from "firebase/firestore";

const PAGE = 25;
const state = { seen: [], refused: [], stops: [], app: null, auth: null, store: null };

const seconds = (moment) => (moment ? moment.seconds + moment.nanoseconds / 1e9 : null);

function note(snapshot, at) {
  const { revision, status, finished_at, changed_at } = snapshot.data();
  state.seen.push({
    path: snapshot.ref.path,
    revision,
    status,
    finished_at: seconds(finished_at),
    changed_at: seconds(changed_at),
    seen_at: at,
  });
}

function noteAll(changes, at) {
  changes.filter((change) => change.type !== "removed").forEach((change) => note(change.doc, at));
}

const now = () => (performance.timeOrigin + performance.now()) / 1000;
const refuse = (error) => state.refused.push(error.code);

function open({ firebase, emulators }) {
  const [host, port] = emulators.firestore.split(":");
  Object.assign(state, { seen: [], refused: [], stops: [] });
  state.app = initializeApp(firebase);
  state.auth = initializeAuth(state.app, { persistence: inMemoryPersistence });
  connectAuthEmulator(state.auth, emulators.auth, { disableWarnings: true });
  state.store = getFirestore(state.app, firebase.databaseId);
  connectFirestoreEmulator(state.store, host, Number(port));
}

async function signIn(email, password) {
  await signInWithEmailAndPassword(state.auth, email, password);
  const { claims } = await state.auth.currentUser.getIdTokenResult();
  return { uid: state.auth.currentUser.uid, org: claims.org, role: claims.role };
}

function follow(batch, pages) {
  state.stops.push(onSnapshot(doc(state.store, batch), (found) => found.exists() && note(found, now()), refuse));
  const items = collection(state.store, batch, "items");
  for (let page = 0; page < pages; page += 1) {
    const first = where("index", ">=", page * PAGE);
    const shown = query(items, first, orderBy("index"), limit(PAGE));
    state.stops.push(onSnapshot(shown, (found) => noteAll(found.docChanges(), now()), refuse));
  }
}

function unfollow() {
  state.stops.splice(0).forEach((stop) => stop());
}

// What was cached for one person must not be shown to the next: everything begins anew.
async function leave() {
  unfollow();
  await signOut(state.auth);
  await deleteApp(state.app);
}

Object.assign(window, { fanfold: { state, open, signIn, signOut: () => signOut(state.auth), follow, unfollow, leave } });
