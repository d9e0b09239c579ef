const SIGN_IN = "/sign-in";

/** The address of the sign-in that leads back to where somebody wanted to go. */
export function signInAddress(wanted: { pathname: string; search: string; hash: string }): string {
  const path = `${wanted.pathname}${wanted.search}${wanted.hash}`;
  return path === "/" ? SIGN_IN : `${SIGN_IN}?to=${encodeURIComponent(path)}`;
}

/** Where to go after the sign-in: a path of this site and nothing else. */
export function returnAddress(search: URLSearchParams): string {
  const wanted = search.get("to") ?? "/";
  const url = URL.canParse(wanted, location.origin) ? new URL(wanted, location.origin) : null;
  const isOurs = url !== null && url.origin === location.origin && /^\/(?![/\\])/.test(wanted);
  return isOurs && url.pathname !== SIGN_IN ? `${url.pathname}${url.search}${url.hash}` : "/";
}
