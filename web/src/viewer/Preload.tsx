import { useEffect } from "react";
import { useLinks } from "@/api/links";

/** Has the browser load an image that is likely to be looked at next. */
export function Preload({ asset }: { asset: string }) {
  const url = useLinks(asset).data?.optimised_url;
  useEffect(() => {
    if (url === undefined) return;
    const image = new Image();
    image.src = url;
  }, [url]);
  return null;
}
