import { useQuery } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { KeyCreate, KeyCreatedView } from "@/api/schema";

export const KEYS = ["keys"] as const;

/** The organisation's keys, revoked ones included. */
export function useKeys() {
  return useQuery({ queryKey: KEYS, queryFn: ({ signal }) => answer(api.GET("/v1/keys", { signal })) });
}

/** A new key, which is in this answer only; `key` makes it happen once. */
export function createKey(body: KeyCreate, key: string): Promise<KeyCreatedView> {
  return answer(api.POST("/v1/keys", { params: { header: { "Idempotency-Key": key } }, body }));
}

export function revokeKey(id: string): Promise<unknown> {
  return answer(api.DELETE("/v1/keys/{key_id}", { params: { path: { key_id: id } } }));
}
